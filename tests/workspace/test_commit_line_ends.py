"""Line ends and encodings that git converts: the commit holds what git would, and is minimal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workspace.committing import accept
from tests.workspace.conftest import Tree


@pytest.mark.parametrize(
    ("config", "attributes", "content"),
    [
        ("core.autocrlf=true", "", b"x = 1\r\n\r\n\r\ndef solve(n):\r\n    return n\r\n"),
        ("core.autocrlf=input", "", b"x = 1\n\n\ndef solve(n):\n    return n\n"),
        ("core.autocrlf=false", "*.py eol=crlf\n", b"x = 1\r\n\r\n\r\ndef solve(n):\r\n    return n\r\n"),
        ("core.autocrlf=false", "*.py -text\n", b"x = 1\r\n\n\ndef solve(n):\r\n    return n\n"),
    ],
)
@pytest.mark.parametrize("dirty", [False, True])
def test_line_ends_that_git_converts(
    repo: Tree, config: str, attributes: str, content: bytes, dirty: bool
) -> None:
    repo.git("config", *config.split("="))
    repo.write(".gitattributes", attributes)
    repo.commit(w__py=content)
    if dirty:
        repo.write("w.py", content.replace(b"x = 1", b"x = 9"))
    workspace = repo.open()
    base = workspace.base("w.py")
    path = workspace.apply(base, workspace.place(base, "def solve(n):\n    return 42\n", "solve"), "s").path
    expected = base.content.replace(b"return n", b"return 42")
    assert repo.read("w.py").replace(b"\r", b"") == expected.replace(b"\r", b"")
    workspace.commit([path], "message")
    assert repo.git("show", "--numstat", "--format=", "HEAD").split() == ["1", "1", "w.py"], (
        "a minimal change"
    )
    assert bool(repo.git("status", "--porcelain", "--", "w.py")) is dirty


def test_crlf_committed_before_the_setting(repo: Tree) -> None:
    content = b"x = 1\r\n\r\n\r\ndef solve(n):\r\n    return n\r\n"
    repo.commit(w__py=content)
    repo.git("config", "core.autocrlf", "true")
    workspace = repo.open()
    workspace.commit([accept(workspace, "w.py", content.replace(b"return n", b"return 42"))], "message")
    assert repo.git("show", "--numstat", "--format=", "HEAD").split() == ["1", "1", "w.py"]


def test_filters_of_the_person_are_honoured(repo: Tree, plain_git: Path) -> None:
    (plain_git / ".gitconfig").write_text('[filter "up"]\n clean = tr a-z A-Z\n smudge = tr A-Z a-z\n')
    repo.write(".gitattributes", "*.txt filter=up\n")
    repo.commit(t__txt="one\n")
    assert repo.git("show", "HEAD:t.txt") == "ONE\n"
    workspace = repo.open()
    workspace.commit([accept(workspace, "t.txt", b"two\n")], "message")
    assert repo.git("show", "HEAD:t.txt") == "TWO\n" and repo.read("t.txt") == b"two\n"


def test_working_tree_encoding(repo: Tree) -> None:
    text = "x = 1\n\n\ndef solve(n):\n    return n\n"
    repo.write(".gitattributes", "w.py text working-tree-encoding=UTF-16LE-BOM eol=lf\n")
    before = b"\xff\xfe" + text.encode("utf-16-le")
    repo.commit(w__py=before)
    workspace = repo.open()
    new = b"\xff\xfe" + text.replace("return n", "return 42").encode("utf-16-le")
    accept(workspace, "w.py", new)
    workspace.commit(["w.py"], "message")
    assert repo.git("show", "HEAD:w.py") == text.replace("return n", "return 42")
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("config", ["core.autocrlf=true", "core.autocrlf=input", "core.eol=crlf"])
def test_a_new_file_with_crlf(repo: Tree, config: str) -> None:
    repo.git("config", *config.split("="))
    if config == "core.eol=crlf":
        repo.commit(__gitattributes="* text=auto\n")
    workspace = repo.open()
    accept(workspace, "n.py", b"a\r\nb\r\n")
    workspace.commit(["n.py"], "message")
    assert repo.git("cat-file", "-s", "HEAD:n.py").strip() == "4", "git holds line feeds"
    assert repo.git("status", "--porcelain") == "" and repo.read("n.py") == b"a\r\nb\r\n"


def test_staged_changes_of_a_converted_file_stay_staged(repo: Tree) -> None:
    lines = [f"line {number}\r\n".encode() for number in range(20)]
    repo.git("config", "core.autocrlf", "true")
    repo.commit(w__py=b"".join(lines))
    lines[2] = b"staged\r\n"
    repo.write("w.py", b"".join(lines))
    repo.git("add", "w.py")
    lines[15] = b"ours\r\n"
    workspace = repo.open()
    accept(workspace, "w.py", b"".join(lines))
    workspace.commit(["w.py"], "message", staged=True)
    assert repo.git("show", "-U0", "--format=", "HEAD").splitlines()[-2:] == ["-line 15", "+ours"]
    assert repo.git("diff", "--cached", "-U0").splitlines()[-2:] == ["-line 2", "+staged"]
    assert repo.git("diff") == "" and repo.read("w.py") == b"".join(lines)
