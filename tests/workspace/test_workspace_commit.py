"""Commit: exactly what was accepted, through the person's hooks, and with their index left as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from atlas_tui.errors import InputError, Refused
from atlas_tui.events import Committed
from atlas_tui.workspace import commit as commit_room, journal as journal_room, program
from tests.workspace.committing import NEW, accept, hook, refused
from tests.workspace.conftest import SOLUTION, Tree


def test_commit_of_a_modified_and_of_a_new_file(repo: Tree) -> None:
    before = repo.git("rev-parse", "HEAD").strip()
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "Solve it\n\nWith care: é # not a comment")
    assert isinstance(made, Committed) and made.path == "a.py"
    assert repo.git("rev-parse", "HEAD").strip() == made.commit
    assert repo.git("rev-parse", "HEAD^").strip() == before
    assert repo.git("log", "-1", "--format=%B").strip() == "Solve it\n\nWith care: é # not a comment"
    assert repo.git("log", "-1", "--format=%an <%ae>").strip() == "Ada <ada@example.org>"
    assert repo.git("show", "HEAD:a.py").encode() == NEW
    (repo.root / "new.py").unlink(missing_ok=True)
    workspace.commit([accept(workspace, "sub dir.py", b"new\n")], "Add")
    assert repo.git("show", "--name-status", "--format=", "HEAD").split("\t") == ["A", "sub dir.py\n"]
    assert repo.git("status", "--porcelain") == "" and repo.git("fsck", "--strict") == ""


def test_several_paths_in_one_commit(repo: Tree) -> None:
    workspace = repo.open()
    paths = [accept(workspace), accept(workspace, "b.py")]
    assert workspace.commit([*paths, "a.py"], "both").path == "a.py, b.py"
    assert repo.git("show", "--name-only", "--format=", "HEAD").split() == ["a.py", "b.py"]


def test_what_the_person_staged_stays_staged(repo: Tree) -> None:
    repo.commit(b__py="b\n", c__py="c\n", d__py="d\n")
    repo.write("b.py", "b staged\n")
    repo.write("n.py", "new, staged\n")
    repo.git("add", "b.py", "n.py")
    repo.git("rm", "-q", "--cached", "c.py")
    repo.write("b.py", "b staged and changed\n")
    repo.write("d.py", "d changed\n")
    workspace = repo.open()
    path = accept(workspace)
    before = repo.git("diff", "--cached"), repo.git("diff", "--", "b.py", "d.py"), repo.everything()
    workspace.commit([path], "only ours")
    assert repo.git("show", "--name-only", "--format=", "HEAD").split() == ["a.py"]
    assert (repo.git("diff", "--cached"), repo.git("diff", "--", "b.py", "d.py"), repo.everything()) == before
    assert repo.git("status", "--porcelain", "--", "a.py") == ""


def test_other_changes_in_the_same_file_stay_uncommitted(repo: Tree) -> None:
    mine = repo.read("a.py").replace(b"y = 2", b"y = 3  # mine")
    repo.write("a.py", mine)
    workspace = repo.open()
    accept(workspace, new=NEW.replace(b"y = 2", b"y = 3  # mine"))
    workspace.commit(["a.py"], "only ours")
    assert repo.git("show", "HEAD:a.py").encode() == NEW
    assert repo.read("a.py") == NEW.replace(b"y = 2", b"y = 3  # mine")
    assert [line for line in repo.git("diff").splitlines() if line[:1] in "+-"][2:] == [
        "-y = 2",
        "+y = 3  # mine",
    ]


def test_changes_on_the_same_lines_are_refused(repo: Tree) -> None:
    repo.write("a.py", repo.read("a.py").replace(b"return n", b"return mine"))
    workspace = repo.open()
    accept(workspace)
    before = repo.record(), repo.everything()
    with pytest.raises(Refused, match="same lines"):
        workspace.commit(["a.py"], "no")
    assert (repo.record(), repo.everything()) == before


def test_two_accepted_solutions_are_one_commit(repo: Tree) -> None:
    workspace = repo.open()
    accept(workspace, new=b"first\n")
    accept(workspace)
    workspace.commit(["a.py"], "both")
    assert repo.git("show", "HEAD:a.py").encode() == NEW
    accept(workspace, new=b"third\n")
    workspace.commit(["a.py"], "and again")
    assert repo.git("show", "HEAD:a.py") == "third\n" and repo.git("status", "--porcelain") == ""


def test_undo_after_a_commit_restores_the_file_only(repo: Tree) -> None:
    old = repo.read("a.py")
    workspace = repo.open()
    workspace.commit([accept(workspace)], "ours")
    workspace.undo()
    assert repo.read("a.py") == old and repo.git("show", "HEAD:a.py").encode() == NEW


def test_the_executable_bit(repo: Tree) -> None:
    (repo.root / "a.py").chmod(0o755)
    repo.commit()
    workspace = repo.open()
    workspace.commit([accept(workspace)], "ours")
    assert repo.git("ls-tree", "HEAD", "a.py").startswith("100755") and os.access(repo.root / "a.py", os.X_OK)


def test_only_what_was_accepted(repo: Tree) -> None:
    repo.write("mine.py")
    refused(repo, "no solution of ours", ["mine.py"])
    refused(repo, "no solution of ours", ["../x", "a.py"])
    workspace = repo.open()
    accept(workspace)
    refused(repo, "no solution of ours", ["a.py", "mine.py"])
    workspace.undo()
    refused(repo, "no solution of ours")
    accept(workspace)
    repo.write("a.py", NEW + b"# by hand\n")
    refused(repo, "changed since it was accepted")
    (repo.root / "a.py").unlink()
    refused(repo, "changed since it was accepted")
    repo.write("a.py", NEW).chmod(0o644)
    repo.open().commit(["a.py"], "now")
    refused(repo, "not yet committed")


def test_staged_by_the_person(repo: Tree) -> None:
    accept(repo.open())
    repo.git("add", "a.py")
    refused(repo, "staged")
    repo.git("rm", "-q", "--cached", "a.py")
    refused(repo, "staged")


def test_committed_by_hand_meanwhile(repo: Tree) -> None:
    accept(repo.open())
    repo.commit()
    refused(repo, "has it already")


def test_ignored_file(repo: Tree) -> None:
    repo.commit(__gitignore="ignored.py\n")
    accept(repo.open(), "ignored.py")
    refused(repo, "ignores", ["ignored.py"])


@pytest.mark.parametrize("message", ["", " \n\t ", "a\0b", "\udcff"])
def test_messages_that_cannot_be(repo: Tree, message: str) -> None:
    workspace = repo.open()
    accept(workspace)
    before = repo.record()
    with pytest.raises(InputError, match="message"):
        workspace.commit(["a.py"], message)
    with pytest.raises(InputError, match="no file"):
        workspace.commit([], "message")
    assert repo.record() == before


def test_without_git(plain: Tree) -> None:
    workspace = plain.open()
    assert (workspace.has_git, workspace.head()) == (False, "no git repository")
    accept(workspace)
    with pytest.raises(Refused, match="no git repository"):
        workspace.commit(["a.py"], "message")
    workspace.undo()


def test_without_the_git_program(repo: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    workspace = repo.open()
    assert not workspace.has_git and "not installed" in workspace.head()
    accept(workspace)
    with pytest.raises(Refused, match="not installed"):
        workspace.commit(["a.py"], "message")


@pytest.mark.parametrize(
    ("marker", "why"),
    [
        ("MERGE_HEAD", "a merge"),
        ("rebase-merge/head", "a rebase"),
        ("rebase-apply/next", "a rebase"),
        ("CHERRY_PICK_HEAD", "a cherry-pick"),
        ("REVERT_HEAD", "a revert"),
        ("BISECT_LOG", "a bisect"),
    ],
)
def test_something_under_way(repo: Tree, marker: str, why: str) -> None:
    workspace = repo.open()
    accept(workspace)
    repo.write(f".git/{marker}", repo.git("rev-parse", "HEAD"))
    refused(repo, f"{why}.* is under way")
    assert f"{why.removeprefix('a ')}" in workspace.head() and "in progress" in workspace.head()


def test_index_lock_of_another_git(repo: Tree) -> None:
    lock = repo.git_dir / "index.lock"
    lock.write_text("theirs")
    workspace = repo.open()
    assert workspace.head().startswith("main@"), "reading still works"
    accept(workspace)
    refused(repo, "index.lock")
    assert lock.read_text() == "theirs"


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg", "prepare-commit-msg"])
def test_a_hook_that_says_no(repo: Tree, name: str) -> None:
    hook(repo, name, "echo checking; printf 'no \\033[31mtabs\\007 here\\n' >&2; exit 1")
    accept(repo.open())
    with pytest.raises(Refused) as caught:
        repo.open().commit(["a.py"], "message")
    assert "tabs" in caught.value.why and caught.value.why.isprintable()
    refused(repo, "tabs")


def test_hooks_in_a_configured_folder(repo: Tree) -> None:
    repo.write("hooks/pre-commit", "#!/bin/sh\necho from the tree; exit 1\n").chmod(0o755)
    repo.git("config", "core.hooksPath", "hooks")
    accept(repo.open())
    repo.open().trust_now()
    refused(repo, "from the tree")


def test_a_hook_that_takes_too_long(repo: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(commit_room, "HOOK_SECONDS", 1.0)
    hook(repo, "pre-commit", f"trap 'echo > {tmp_path}/asked; exit 1' INT; sleep 60")
    accept(repo.open())
    refused(repo, "longer than 1 s")
    assert (tmp_path / "asked").exists(), "it was asked to end before it was killed"


def test_a_hook_that_will_not_end(repo: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(commit_room, "HOOK_SECONDS", 0.5)
    monkeypatch.setattr(program, "PATIENCE_SECONDS", (0.2, 0.2, 0.2))
    hook(repo, "pre-commit", f"echo $$ > {tmp_path}/pid; trap '' INT TERM; while :; do sleep 1; done")
    accept(repo.open())
    refused(repo, "longer than")
    state = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/status")
    if Path("/proc").is_dir():
        assert not state.exists() or "State:\tZ" in state.read_text(), "it is dead, if perhaps not yet buried"


def test_a_hook_that_prints_without_end(repo: Tree) -> None:
    hook(repo, "pre-commit", "head -c 50000000 /dev/zero | tr '\\0' x; echo; echo the end >&2; exit 1")
    accept(repo.open())
    refused(repo, "the end")


def test_a_hook_that_leaves_a_process_behind(repo: Tree) -> None:
    hook(repo, "post-commit", "sleep 5 &")
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "message")
    assert repo.git("rev-parse", "HEAD").strip() == made.commit


def test_a_hook_that_formats_what_is_committed(repo: Tree) -> None:
    hook(repo, "pre-commit", "sed -i 's/42/43/' a.py && git add a.py")
    workspace = repo.open()
    workspace.commit([accept(workspace)], "message")
    assert repo.git("show", "HEAD:a.py").encode() == NEW.replace(b"42", b"43")
    assert repo.git("status", "--porcelain") == ""


def test_a_failure_after_the_commit_does_not_hide_it(repo: Tree) -> None:
    hook(repo, "post-commit", "exit 3")
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "message")
    assert repo.git("rev-parse", "HEAD").strip() == made.commit and repo.git("status", "--porcelain") == ""


def test_signing_is_never_left_out(repo: Tree, tmp_path: Path) -> None:
    repo.git("config", "commit.gpgsign", "true")
    repo.git("config", "gpg.program", str(tmp_path / "none"))
    accept(repo.open())
    repo.open().trust_now()
    refused(repo, "sign|gpg|none")
    keygen = shutil.which("ssh-keygen")
    if keygen is None:
        pytest.skip("no ssh-keygen to sign with")
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", str(tmp_path / "key.pub"))
    repo.open().commit(["a.py"], "signed")
    assert "gpgsig" in repo.git("cat-file", "commit", "HEAD")


def test_no_author(repo: Tree, plain_git: Path) -> None:
    repo.git("config", "--unset", "user.name")
    repo.git("config", "--unset", "user.email")
    repo.git("config", "user.useConfigOnly", "true")
    accept(repo.open())
    refused(repo, "user|email|identity|ident")
    (plain_git / ".gitconfig").write_text("[user]\n name = Global\n email = g@example.org\n")
    repo.open().commit(["a.py"], "message")
    assert repo.git("log", "-1", "--format=%an").strip() == "Global"


def test_author_of_the_environment(repo: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Grace")
    workspace = repo.open()
    workspace.commit([accept(workspace)], "message")
    assert repo.git("log", "-1", "--format=%an/%cn").strip() == "Grace/Ada"


def test_detached_head(repo: Tree) -> None:
    main = repo.git("rev-parse", "main")
    repo.git("checkout", "-q", "--detach")
    workspace = repo.open()
    assert workspace.head() == f"detached@{main[:6]}"
    made = workspace.commit([accept(workspace)], "message")
    assert repo.git("rev-parse", "HEAD").strip() == made.commit and repo.git("rev-parse", "main") == main


def test_before_the_first_commit(tmp_path: Path) -> None:
    repo = Tree(tmp_path / "fresh").init()
    repo.write("mine.py")
    workspace = repo.open()
    assert workspace.head() == "main, no commits yet + 1 uncommitted"
    repo.write("staged.py")
    repo.git("add", "staged.py")
    made = workspace.commit([accept(workspace, "new.py")], "first")
    assert repo.git("rev-list", "HEAD").split() == [made.commit]
    assert repo.git("ls-tree", "--name-only", "HEAD").split() == ["new.py"]
    assert repo.git("status", "--porcelain").split("\n")[:2] == ["A  staged.py", "?? mine.py"]


@pytest.mark.parametrize("kind", ["worktree", "submodule"])
def test_linked_worktree_and_submodule(repo: Tree, tmp_path: Path, kind: str) -> None:
    if kind == "worktree":
        repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "other"))
        other = Tree(tmp_path / "other")
    else:
        Tree(tmp_path / "library").init().commit(a__py=SOLUTION)
        repo.git(
            "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "library"), "sub"
        )
        repo.git("commit", "-q", "-m", "with a submodule")
        other = Tree(repo.root / "sub")
        other.git("config", "user.name", "Ada")
        other.git("config", "user.email", "ada@example.org")
    outer = repo.record(), repo.git("rev-parse", "HEAD")
    workspace = other.open()
    assert workspace.root == other.root and (other.root / ".git").is_file()
    made = workspace.commit([accept(workspace)], "message")
    assert other.git("rev-parse", "HEAD").strip() == made.commit and other.git("status", "--porcelain") == ""
    assert repo.git("rev-parse", "HEAD") == outer[1]
    index = str(repo.git_dir / "index")
    assert repo.record()[index] == outer[0][index], "nothing is staged in the outer one"


def test_killed_while_a_hook_runs(repo: Tree) -> None:
    """The lock of git's index that the killed app held is taken away at the next start, and only that."""
    accept(repo.open())
    hook(repo, "pre-commit", "kill -9 $ATLAS_PID; exit 1")
    script = (
        "import os, pathlib, sys; os.environ['ATLAS_PID'] = str(os.getpid())\n"
        "from atlas_tui.workspace import Workspace\n"
        "Workspace.open(pathlib.Path(sys.argv[1])).commit(['a.py'], 'message')"
    )
    before = repo.record(), repo.everything()
    ran = subprocess.run([sys.executable, "-c", script, str(repo.root)], check=False)
    assert ran.returncode == -9 and (repo.git_dir / "index.lock").exists()
    workspace = repo.open()
    assert not (repo.git_dir / "index.lock").exists()
    assert (repo.record(), repo.everything()) == before
    (repo.git_dir / "hooks" / "pre-commit").unlink()
    workspace.commit(["a.py"], "message")
    assert repo.git("status", "--porcelain") == "" and not list(workspace_folder(repo).glob("commit-*"))


def workspace_folder(repo: Tree) -> Path:
    return journal_room.Journal(repo.root).folder


def test_a_lock_that_is_not_ours_stays(repo: Tree) -> None:
    accept(repo.open())
    lock = repo.git_dir / "index.lock"
    lock.write_text("theirs")
    (workspace_folder(repo) / "index-lock").write_text(f"1 1 {lock}")
    repo.open()
    assert lock.exists() and not (workspace_folder(repo) / "index-lock").exists()
