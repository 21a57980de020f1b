"""Hooks and signing are the person's: they run, what they say is shown, and their no leaves all as it was."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from atlas_tui.errors import InputError
from atlas_tui.workspace import commit as commit_room, journal as journal_room, program, said
from atlas_tui.workspace.commit import CommitRefused
from tests.workspace.committing import NEW, accept, hook, refused
from tests.workspace.conftest import Tree


def test_what_hooks_print_is_told(repo: Tree) -> None:
    hook(repo, "pre-commit", "echo one; echo two >&2; echo three")
    hook(repo, "post-commit", "printf 'half\\rwhole\\n\\n\\tfour \\033[1mbold\\033]0;title\\007\\n'")
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "message")
    assert made.output == "one\ntwo\nthree\nwhole\n    four bold"


def test_what_a_hook_prints_is_in_the_refusal(repo: Tree) -> None:
    hook(repo, "pre-commit", "for i in 1 2 3 4 5 6; do echo line $i; done; exit 1")
    accept(repo.open())
    error = refused(repo, "line 3 / line 4 / line 5 / line 6")
    assert isinstance(error, CommitRefused)
    assert error.output.split("\n") == [f"line {number}" for number in range(1, 7)]


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        (b"plain", "plain"),
        (b"\x1b[31mred\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "red link"),
        (b"\x1b]52;c;aGk=\x07clip \x9b31mcsi", "clip \ufffd31mcsi"),
        ("\x9b31mc1 \u202eright\u202c".encode(), "c1 \ufffdright\ufffd"),
        (b"\x07bell\x00nul\x08", "\ufffdbell\ufffdnul\ufffd"),
        (b"10%\r50%\r100%\n", "100%"),
        (b"crlf\r\n", "crlf"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"cut \x1b[", "cut"),
        (b"\x1bPdevice\x1b\\after", "after"),
    ],
)
def test_only_plain_text_is_kept(printed: bytes, line: str) -> None:
    assert said.report(printed) == line and said.brief(printed) == line


def test_a_flood_is_cut(repo: Tree) -> None:
    hook(repo, "pre-commit", "yes 'a line that is not that short' | head -c 30000000; echo end")
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "message")
    assert made.output.endswith("\nend") and len(made.output) < 10_000
    assert len(said.report(b"x" * 10**6)) < 10_000 and said.brief(b"") == "git gave no reason"


def test_hooks_work_on_our_index(repo: Tree) -> None:
    """As linters do: they ask git what is to be committed."""
    repo.write("other.py", "staged\n")
    repo.git("add", "other.py")
    hook(
        repo,
        "pre-commit",
        "git diff --cached --name-only; git stash list; pwd; git rev-parse --show-toplevel",
    )
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "message")
    assert made.output.split("\n") == ["a.py", str(repo.root), str(repo.root)]


def test_a_hook_may_edit_the_message(repo: Tree) -> None:
    hook(repo, "prepare-commit-msg", 'echo "Ticket: 7" >> "$1"')
    workspace = repo.open()
    workspace.commit([accept(workspace)], "message", trailer="Assisted-by: Atlas TUI")
    assert repo.git("log", "-1", "--format=%B").strip() == "message\n\nAssisted-by: Atlas TUI\nTicket: 7"


def test_a_hook_that_formats_and_says_no(repo: Tree) -> None:
    """The accepted bytes are back, and what the hook made of them is not lost."""
    hook(repo, "pre-commit", "sed -i 's/42/43/' a.py; chmod +x a.py; echo formatted; exit 1")
    accept(repo.open())
    mode = (repo.root / "a.py").stat().st_mode
    error = refused(repo, "formatted; what the hook made of a.py is kept as .*/hook-")
    assert (repo.root / "a.py").stat().st_mode == mode
    (kept,) = journal_room.Journal(repo.root).folder.glob("hook-*")
    assert str(kept) in error.why and kept.read_bytes() == NEW.replace(b"42", b"43")
    hook(repo, "pre-commit", "exit 0")
    repo.open().commit(["a.py"], "now")
    assert repo.git("show", "HEAD:a.py").encode() == NEW


@pytest.mark.parametrize("script", ["rm a.py", "rm a.py; mkdir a.py", "rm a.py; ln -s /etc/passwd a.py"])
def test_a_hook_that_takes_the_file_away(repo: Tree, script: str) -> None:
    hook(repo, "pre-commit", f"{script}; echo gone; exit 1")
    workspace = repo.open()
    accept(workspace)
    with pytest.raises(CommitRefused, match=r"gone; what the hook made of a\.py is"):
        workspace.commit(["a.py"], "message")
    if script == "rm a.py":
        assert repo.read("a.py") == NEW
    assert Path("/etc/passwd").read_bytes() != NEW


def test_a_hook_that_hangs_after_the_commit(repo: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit_room, "HOOK_SECONDS", 3.0)
    monkeypatch.setattr(program, "PATIENCE_SECONDS", (0.2, 0.2, 0.2))
    hook(repo, "post-commit", "echo begun; sleep 60")
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "message")
    assert repo.git("rev-parse", "HEAD").strip() == made.commit and repo.git("status", "--porcelain") == ""
    assert made.output == "begun\nThe commit is made, but a hook took longer than 3 s and was ended."


def test_a_hook_that_commits_itself(repo: Tree) -> None:
    """As some do that bring a file up to date after the commit."""
    hook(repo, "post-commit", "[ -e done ] && exit; touch done; git commit -q --amend --no-edit -m amended")
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "message")
    assert repo.git("log", "--format=%H %s").splitlines()[0] == f"{made.commit} amended"
    assert repo.git("status", "--porcelain") == "?? done\n"


def test_a_hook_that_is_no_program(repo: Tree) -> None:
    hook(repo, "pre-commit", "")
    repo.write(".git/hooks/pre-commit", "#!/no/such/interpreter\n").chmod(0o755)
    accept(repo.open())
    refused(repo, "pre-commit|interpreter|No such file")


def test_signing_that_needs_a_passphrase_or_has_no_key(repo: Tree, tmp_path: Path) -> None:
    keygen = shutil.which("ssh-keygen")
    if keygen is None:
        pytest.skip("no ssh-keygen to sign with")
    command = [keygen, "-q", "-t", "ed25519", "-N", "a passphrase", "-f", str(tmp_path / "locked")]
    subprocess.run(command, check=True)
    repo.git("config", "commit.gpgsign", "true")
    repo.git("config", "gpg.format", "ssh")
    accept(repo.open())
    assert repo.open().commit_state(["a.py"]).signing
    for key in ("locked", "missing.pub"):
        repo.git("config", "user.signingKey", str(tmp_path / key))
        refused(repo, "sign|key|passphrase")
    repo.git("config", "--unset", "user.signingKey")
    refused(repo, "sign|key")


def test_signing_with_gpg_and_no_key(repo: Tree) -> None:
    if shutil.which("gpg") is None:
        pytest.skip("no gpg to sign with")
    repo.git("config", "commit.gpgsign", "true")
    repo.git("config", "user.signingKey", "nobody@example.org")
    accept(repo.open())
    refused(repo, "sign|gpg|secret key")


def test_the_trailer(repo: Tree) -> None:
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "One\n\nBody\n\nSigned-off-by: A <a@b>", trailer="X: y")
    assert made.message == "One\n\nBody\n\nSigned-off-by: A <a@b>\nX: y"
    accept(workspace, "b.py")
    made = workspace.commit(["b.py"], "Fix: it", trailer="X: y")
    assert made.message == "Fix: it\n\nX: y"
    assert repo.git("log", "-1", "--format=%(trailers)").strip() == "X: y"


@pytest.mark.parametrize(
    "trailer", ["no colon", "A b: c", ": c", "A:", "A: b\nC: d", "A: \x1b[31m", "A: b\0"]
)
def test_trailers_that_cannot_be(repo: Tree, trailer: str) -> None:
    workspace = repo.open()
    accept(workspace)
    with pytest.raises(InputError, match="trailer"):
        workspace.commit(["a.py"], "message", trailer=trailer)
