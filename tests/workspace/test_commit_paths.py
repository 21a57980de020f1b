"""What goes into a commit and what the person's index is afterwards, path by path."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from atlas_tui.workspace import Workspace, Write
from tests.workspace.committing import NEW, accept, hook, refused, state_of
from tests.workspace.conftest import Tree

STAGED = NEW.replace(b"y = 2", b"y = 3  # staged")


def of(repo: Tree, name: str) -> bytes:
    return repo.git("show", name).encode()


def commit(workspace: Workspace, *paths: str, staged: bool = False) -> str:
    return workspace.commit(list(paths), "message", staged=staged).commit


def stage_beside(repo: Tree) -> Workspace:
    """A staged change of the person, and a solution in the same file."""
    repo.write("a.py", repo.read("a.py").replace(b"y = 2", b"y = 3  # staged"))
    repo.git("add", "a.py")
    workspace = repo.open()
    accept(workspace, new=STAGED)
    return workspace


def test_a_path_with_staged_changes_is_asked_for(repo: Tree) -> None:
    workspace = stage_beside(repo)
    assert workspace.commit_state(["a.py"]).staged == ("a.py",)
    refused(repo, "you have staged changes of it yourself")


def test_what_was_staged_of_the_same_path_stays_staged(repo: Tree) -> None:
    workspace = stage_beside(repo)
    before = repo.git("diff", "--cached", "-U0").splitlines()[-2:]
    commit(workspace, "a.py", staged=True)
    assert of(repo, "HEAD:a.py") == NEW, "only ours"
    assert repo.git("diff", "--cached", "-U0").splitlines()[-2:] == before == ["-y = 2", "+y = 3  # staged"]
    assert repo.git("diff", "--cached", "--numstat").split() == ["1", "1", "a.py"]
    assert repo.git("diff") == "" and repo.read("a.py") == STAGED


def test_our_change_staged_by_the_person(repo: Tree) -> None:
    workspace = repo.open()
    accept(workspace)
    repo.git("add", "a.py")
    refused(repo, "staged")
    commit(workspace, "a.py", staged=True)
    assert of(repo, "HEAD:a.py") == NEW and repo.git("status", "--porcelain") == ""


def test_staged_lines_that_we_changed_as_well_stay_byte_by_byte(repo: Tree) -> None:
    head = repo.read("a.py")
    mine = head.replace(b"return n", b"return mine")
    repo.write("a.py", mine)
    repo.git("add", "a.py")
    repo.write("a.py", head)
    workspace = repo.open()
    accept(workspace)
    commit(workspace, "a.py", staged=True)
    assert (of(repo, "HEAD:a.py"), of(repo, ":a.py"), repo.read("a.py")) == (NEW, mine, NEW)


def test_staged_removal_stays(repo: Tree) -> None:
    workspace = repo.open()
    accept(workspace)
    repo.git("rm", "-q", "--cached", "a.py")
    commit(workspace, "a.py", staged=True)
    assert of(repo, "HEAD:a.py") == NEW and repo.git("status", "--porcelain") == "D  a.py\n?? a.py\n"


def test_a_file_only_announced_is_not_staged(repo: Tree) -> None:
    workspace = repo.open()
    accept(workspace, "new.py")
    repo.git("add", "-N", "new.py")
    commit(workspace, "new.py")
    assert of(repo, "HEAD:new.py") == NEW and repo.git("status", "--porcelain") == ""


def test_a_file_that_git_did_not_know_goes_in_as_a_whole(repo: Tree) -> None:
    repo.write("mine.py", NEW.replace(b"42", b"n"))
    workspace = repo.open()
    accept(workspace, "mine.py")
    assert any("all of it" in each for each in workspace.commit_state(["mine.py"]).warnings)
    commit(workspace, "mine.py")
    assert of(repo, "HEAD:mine.py") == NEW and repo.git("status", "--porcelain") == ""


def test_removed_before_without_a_commit(repo: Tree) -> None:
    (repo.root / "a.py").unlink()
    accept(repo.open())
    refused(repo, "it was missing before")


@pytest.mark.parametrize("mark", ["assume-unchanged", "skip-worktree"])
def test_marks_of_the_person_stay(repo: Tree, mark: str) -> None:
    repo.commit(b__py="b\n")
    repo.git("update-index", f"--{mark}", "a.py", "b.py")
    repo.write("b.py", "changed\n")
    before = repo.git("ls-files", "-v")
    workspace = repo.open()
    accept(workspace)
    commit(workspace, "a.py")
    assert of(repo, "HEAD:a.py") == NEW and repo.git("show", "--name-only", "--format=", "HEAD") == "a.py\n"
    assert repo.git("ls-files", "-v") == before and repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("kind", ["cone", "sparse index", "split index", "version 4"])
def test_kinds_of_indexes(repo: Tree, kind: str) -> None:
    for name in ("in/a.py", "out/b.py", "out/deep/c.py"):
        repo.write(name)
    repo.commit()
    if kind in ("cone", "sparse index"):
        more = ("--sparse-index",) if kind == "sparse index" else ()
        repo.git("sparse-checkout", "set", "--cone", *more, "in")
        assert not (repo.root / "out").exists()
    elif kind == "split index":
        repo.git("config", "core.splitIndex", "true")
        repo.git("update-index", "--split-index")
    else:
        repo.git("update-index", "--index-version", "4")
    workspace = repo.open()
    accept(workspace, "in/a.py")
    repo.write("staged.py")
    repo.git("add", "staged.py")
    tracked = repo.git("ls-files", "-t", "--sparse").split("\n")
    commit(workspace, "in/a.py")
    assert repo.git("show", "--name-status", "--format=", "HEAD").split() == ["M", "in/a.py"]
    assert repo.git("status", "--porcelain") == "A  staged.py\n"
    repo.git("fsck", "--connectivity-only", "HEAD")
    if kind == "cone":
        assert repo.git("ls-files", "-t", "--sparse").split("\n") == tracked
        assert not (repo.root / "out").exists(), "what is not checked out stays away"


def test_other_names_that_are_not_utf_8_stay(repo: Tree) -> None:
    odd = os.fsencode(repo.root) + b"/caf\xe9.py"
    for content in (b"one\n", b"two\n"):
        Path(os.fsdecode(odd)).write_bytes(content)
        repo.git("add", "-A")
        if content == b"one\n":
            repo.git("commit", "-q", "-m", "odd")
    workspace = repo.open()
    accept(workspace)
    before = repo.git("diff", "--cached")
    commit(workspace, "a.py")
    assert repo.git("diff", "--cached") == before and repo.git("ls-tree", "-r", "HEAD").count("\n") == 2


@pytest.mark.parametrize("composed", [True, False])
def test_both_forms_of_one_letter_are_two_files(repo: Tree, composed: bool) -> None:
    names = ["n\u00e9.py", "ne\u0301.py"]
    for name in names:
        repo.write(name)
    repo.commit()
    wanted = names[0] if composed else names[1]
    workspace = repo.open()
    accept(workspace, wanted)
    commit(workspace, wanted)
    assert repo.git("show", "--name-only", "-z", "--format=", "HEAD").strip("\0\n") == wanted
    assert repo.git("status", "--porcelain") == ""


def test_what_a_hook_adds_is_in_the_index_as_well(repo: Tree) -> None:
    repo.commit(changes__md="none\n", staged__md="old\n")
    repo.write("staged.md", "staged\n")
    repo.git("add", "staged.md")
    hook(repo, "pre-commit", "echo one > changes.md; git add changes.md")
    workspace = repo.open()
    accept(workspace)
    made = workspace.commit(["a.py"], "message")
    assert made.output == "Hooks added to the commit: changes.md"
    assert repo.git("show", "--name-only", "--format=", "HEAD").split() == ["a.py", "changes.md"]
    assert repo.git("status", "--porcelain") == "M  staged.md\n"


def test_nothing_but_our_entries_of_the_index_changes(repo: Tree) -> None:
    repo.commit(**{f"f{number}__py": f"{number}\n" for number in range(30)})
    repo.write("f3.py", "changed\n")
    workspace = repo.open()
    accept(workspace)

    def others() -> list[str]:
        lines = repo.git("ls-files", "--debug").replace("\n  ", " ").split("\n")
        return [line for line in lines if not line.startswith("a.py")]

    before = others()
    commit(workspace, "a.py")
    assert others() == before


def test_two_paths_and_one_cannot_be_committed(repo: Tree) -> None:
    repo.commit(b__py="b\n")
    workspace = repo.open()
    accept(workspace)
    accept(workspace, "b.py", b"c\n")
    repo.git("add", "b.py")
    refused(repo, "b.py is not committed", ["a.py", "b.py"])


def remove(workspace: Workspace, name: str) -> None:
    workspace.apply_all([Write(workspace.base(name), None)], "s1", confirmed=True)


def test_an_accepted_removal(repo: Tree) -> None:
    repo.commit(b__py="b\n")
    workspace = repo.open()
    remove(workspace, "b.py")
    accept(workspace)
    commit(workspace, "a.py", "b.py")
    assert repo.git("show", "--name-status", "--format=", "HEAD").split() == ["M", "a.py", "D", "b.py"]
    assert repo.git("status", "--porcelain") == ""


def test_a_removal_that_git_need_not_know(repo: Tree) -> None:
    workspace = repo.open()
    accept(workspace, "new.py")
    remove(workspace, "new.py")
    refused(repo, "has it already", ["new.py"])


def test_a_removed_file_with_staged_changes(repo: Tree) -> None:
    repo.write("a.py", "staged\n")
    repo.git("add", "a.py")
    workspace = repo.open()
    remove(workspace, "a.py")
    refused(repo, "staged")
    commit(workspace, "a.py", staged=True)
    assert repo.git("ls-tree", "HEAD") == "" and of(repo, ":a.py") == b"staged\n"


def test_only_the_accepted_hunks_of_a_dirty_file(repo: Tree) -> None:
    """What the person changed in the same file, and what they left of the solution, stay out."""
    lines = [f"line {number}\n" for number in range(40)]
    repo.commit(many__py="".join(lines))
    lines[20] = "mine\n"
    repo.write("many.py", "".join(lines))
    workspace = repo.open()
    base = workspace.base("many.py")
    solution = list(lines)
    solution[2], solution[36] = "ours 1\n", "ours 2\n"
    change = workspace.change(base, "".join(solution).encode())
    workspace.apply(base, change.content([1]), "s1")
    commit(workspace, "many.py")
    assert repo.git("show", "-U0", "--format=", "HEAD").splitlines()[-2:] == ["-line 2", "+ours 1"]
    assert repo.git("diff", "-U0").splitlines()[-2:] == ["-line 20", "+mine"]
    assert repo.git("show", "--numstat", "--format=", "HEAD").split() == ["1", "1", "many.py"]


def test_no_room_for_a_copy_of_the_index(repo: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    accept(repo.open())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfileobj", full)
        refused(repo, "No space left")
    before = state_of(repo)[1]
    commit(repo.open(), "a.py")
    assert state_of(repo)[1] == before


def test_a_read_only_git_folder(repo: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    accept(repo.open())
    real = os.open

    def denied(path: object, flags: int, *rest: object, **more: object) -> int:
        if str(path).endswith("index.lock"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", denied)
    refused(repo, "Permission denied")
