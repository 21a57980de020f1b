"""What a change newly does with how tests run, in other languages than Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_tui.project.base import FileChange
from atlas_tui.project.files import Folder
from atlas_tui.project.guard import flags

ENDS = "it ends the process"


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("a.c", "int one(void) { exit(0); }", (f"a.c: {ENDS}",)),
        ("a.cpp", "int one() { std::exit(0); }", (f"a.cpp: {ENDS}",)),
        ("a.cpp", "int one(Room room) { return room.exit() + on_exit(1); }", ()),
    ],
)
def test_a_test_program_in_c_passes_by_its_exit_code(
    name: str, code: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    assert flags(Folder(tmp_path), [FileChange(name, code.encode())]) == words
