"""What a text names, whatever else is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atlas_tui.project.focus import Focus
from atlas_tui.project.hints import Hints, Mentioned
from atlas_tui.project.listing import list_files
from atlas_tui.project.mapping import map_repository
from atlas_tui.project.matching import Query
from atlas_tui.project.runners import known
from atlas_tui.project.runners.orders import Told
from tests.project.suites import laid

PATHS = ("src/a.py", "lib/b.ts")
LONG = ("a", "a/", "a_", "A_", "/", "@/", "-")
"""Each of them many times is a word in which a search must not begin anew at each letter."""


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ('File "/home/x/src/a.py", line 3', ["src/a.py"]),
        ("see @src/a.py::F.g and C:\\\\w\\\\lib\\\\b.ts(4,5)", ["src/a.py", "lib/b.ts"]),
        ("C:\\w\\lib\\b.ts or ./src//a.py", ["lib/b.ts", "src/a.py"]),
        ("(a.py)", ["src/a.py"]),
        ("none.py a.pyx", []),
    ],
)
def test_files_that_a_text_names(text: str, paths: list[str]) -> None:
    assert list(Mentioned(PATHS, text).paths) == paths


@pytest.mark.parametrize("part", LONG)
def test_a_text_with_a_word_of_a_file(part: str, tmp_path: Path) -> None:
    text = f"{part * 100_000} breaks src/a.py in work_it("
    root = laid(tmp_path, {"src/a.py": "def work_it():\n    return 1\n"})
    assert list(Mentioned(PATHS, text).paths) == ["src/a.py"]
    hints = Hints(text=text)
    focus = Focus(map_repository(list_files(root), hints=hints), hints, {"src/a.py": 1.0}, Query.about(hints))
    assert focus.of("src/a.py")[0].score > 1


@pytest.mark.parametrize("runner", ["jest", "go"])
def test_what_a_test_said_may_be_empty_lines(runner: str) -> None:
    said = "\n" * 200_000
    jest = {"name": "/tree/a.test.js", "status": "failed", "message": said, "assertionResults": []}
    lines = [
        {"Action": action, "Package": "p", "Test": "TestA", "Output": said} for action in ("output", "fail")
    ]
    told = Told(
        files=(("", json.dumps({"testResults": [jest]})),),
        lines=tuple((json.dumps(one), "") for one in lines),
        ended=True,
        code=1,
    )
    (case,) = known.named(runner).read(told, (runner, "test")).cases
    assert case.places == ()
