"""Taking back a commit of ours: by a new commit, of exactly its paths, with HEAD moved in no other way."""

from __future__ import annotations

import pytest

from atlas_tui.errors import InputError, Refused
from atlas_tui.events import Committed
from atlas_tui.workspace import Workspace
from tests.workspace.committing import NEW, accept, hook, state_of
from tests.workspace.conftest import Tree


def ours(repo: Tree, *more: str) -> tuple[Workspace, str]:
    """A commit of a changed file, and of new ones."""
    workspace = repo.open()
    paths = [accept(workspace), *(accept(workspace, name) for name in more)]
    return workspace, workspace.commit(paths, "Solve it").commit


def refused(repo: Tree, commit: str, why: str, *paths: str) -> None:
    before = state_of(repo)
    with pytest.raises((Refused, InputError), match=why):
        repo.open().revert(commit, paths or ["a.py"])
    assert state_of(repo) == before


def test_undo_and_revert(repo: Tree) -> None:
    old, head = repo.read("a.py"), repo.git("rev-parse", "HEAD").strip()
    workspace = repo.open()
    applied = workspace.apply(workspace.base("a.py"), NEW, "s1")
    made = workspace.commit(["a.py"], "Solve it").commit
    assert workspace.commit_of(applied.entry) == (made, ("a.py",))
    workspace.undo()
    assert repo.git("rev-parse", "HEAD").strip() == made, "undo never moves HEAD"
    reverted = workspace.revert(made, ["a.py"])
    assert isinstance(reverted, Committed) and reverted.branch == "main"
    assert repo.git("log", "--format=%H").split() == [reverted.commit, made, head]
    assert repo.git("log", "-1", "--format=%B").strip() == (
        f'Revert "Solve it"\n\nThis takes back commit {made}.'
    )
    assert repo.read("a.py") == old and repo.git("status", "--porcelain") == ""
    assert repo.git("diff", "HEAD~2", "HEAD") == ""


def test_revert_alone_leaves_the_files(repo: Tree) -> None:
    workspace, made = ours(repo)
    workspace.revert(made, ["a.py"])
    assert repo.read("a.py") == NEW and repo.git("status", "--porcelain") == " M a.py\n"
    assert workspace.commit(["a.py"], "again after all").path == "a.py"
    assert repo.git("show", "HEAD:a.py").encode() == NEW


def test_revert_of_some_paths_and_of_a_new_file(repo: Tree) -> None:
    workspace, made = ours(repo, "new.py", "b.py")
    text = workspace.revert(made, ["new.py"]).message
    assert text.endswith(f"{made} in new.py.")
    assert repo.git("show", "--name-status", "--format=", "HEAD").split() == ["D", "new.py"]
    assert repo.git("status", "--porcelain") == "?? new.py\n" and repo.read("new.py") == NEW
    refused(repo, made, "as it was before", "new.py")
    workspace.revert(made, ["a.py", "b.py"])
    assert repo.git("ls-tree", "--name-only", "HEAD") == "a.py\n"


def test_what_others_committed_since_stays(repo: Tree) -> None:
    workspace, made = ours(repo)
    repo.commit(a__py=NEW.replace(b"y = 2", b"y = 3"), c__py="c\n")
    workspace.revert(made, ["a.py"])
    assert repo.git("show", "HEAD:a.py") == "x = 1\n\n\ndef solve(n):\n    return n\n\n\ny = 3\n"
    assert repo.git("show", "--name-only", "--format=", "HEAD") == "a.py\n"


def test_what_cannot_be_taken_back(repo: Tree) -> None:
    theirs = repo.git("rev-parse", "HEAD").strip()
    workspace, made = ours(repo)
    for commit in (theirs, "", "HEAD", "../x", made[:10]):
        refused(repo, commit, "no commit of ours")
    refused(repo, made, "no change of ours in b.py", "a.py", "b.py")
    with pytest.raises(InputError, match="no file"):
        workspace.revert(made, [])
    repo.git("checkout", "-q", "-b", "other", theirs)
    refused(repo, made, "not part of this branch")
    repo.git("checkout", "-q", "main")
    repo.write("a.py", NEW + b"# staged\n")
    repo.git("add", "a.py")
    refused(repo, made, "you have staged")
    repo.git("reset", "-q", "--hard")
    repo.write(".git/MERGE_HEAD", theirs)
    refused(repo, made, "a merge is under way")
    (repo.git_dir / "MERGE_HEAD").unlink()
    repo.commit(a__py=NEW.replace(b"42", b"43"))
    refused(repo, made, "same lines")
    repo.git("rm", "-q", "a.py")
    repo.git("commit", "-q", "-m", "gone")
    refused(repo, made, "added or removed")


def test_a_hook_may_say_no_to_a_revert(repo: Tree) -> None:
    _, made = ours(repo)
    hook(repo, "commit-msg", "echo not on fridays; exit 1")
    refused(repo, made, "not on fridays")


def test_revert_of_the_very_first_commit(tmp_path_factory: pytest.TempPathFactory) -> None:
    repo = Tree(tmp_path_factory.mktemp("first") / "fresh").init()
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "first").commit
    workspace.undo()
    workspace.revert(made, ["a.py"])
    assert repo.git("ls-tree", "-r", "HEAD") == "" and repo.git("status", "--porcelain") == ""
