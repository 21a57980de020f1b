"""``atlas-tui apply`` in another tree than that of the run."""

from __future__ import annotations

from pathlib import Path

from atlas_tui.cli import exits
from tests.cli.conftest import Shell
from tests.workspace.conftest import Tree


def test_another_repository_is_not_given_the_new_file_of_the_run(shell: Shell) -> None:
    session = shell.record(target="new.py")
    shell.go(Tree(shell.tree.root.parent / "other").init().root)
    ran = shell.run("apply", session)
    assert ran.code == exits.BAD_INPUT and f"the run was in {shell.tree.root}" in ran.err
    assert shell.run("apply", session, "--target", "mine.py").code == 0
    assert sorted(each.name for each in Path.cwd().iterdir()) == [".git", "mine.py"]
