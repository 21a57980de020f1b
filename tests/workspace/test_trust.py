"""A repository whose own settings run programs: nothing is committed, and nothing runs, before a yes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atlas_tui.workspace import program
from tests.workspace.committing import accept, hook, refused, state_of
from tests.workspace.conftest import Tree


@pytest.mark.parametrize(
    "key",
    [
        "core.fsmonitor", "core.sshCommand", "core.editor", "core.pager", "core.askPass", "core.hooksPath",
        "core.gitProxy", "core.alternateRefsCommand", "diff.external", "diff.a.command", "diff.a.textconv",
        "filter.a.b.clean", "filter.a.smudge", "filter.a.process", "merge.a.driver", "gpg.program",
        "gpg.ssh.program", "gpg.x509.program", "gpg.ssh.defaultKeyCommand", "credential.helper",
        "credential.https://x.y.helper", "sequence.editor", "pager.log", "interactive.diffFilter",
        "remote.origin.uploadpack", "remote.origin.receivepack", "mergetool.a.cmd", "difftool.a.path",
        "trailer.sign.command", "trailer.sign.cmd", "hook.a.command",
    ],
)  # fmt: skip
def test_every_key_that_names_a_program(repo: Tree, key: str) -> None:
    repo.git("config", key, "/tmp/program --with x=y")
    assert [each.casefold() for each in repo.open().trust()] == [f"{key}=/tmp/program --with x=y".casefold()]


@pytest.mark.parametrize(
    "setting",
    [
        "core.fsmonitor=true", "pager.log=false", "alias.st=status", "submodule.x.update=rebase",
        "core.editor=", "filter.a.required=true", "diff.a.binary=true", "remote.origin.url=https://x/y",
        "user.name=B", "protocol.ext.allow=never", "merge.tool=vimdiff", "core.hooksPath=/dev/null",
    ],
)  # fmt: skip
def test_settings_that_run_nothing(repo: Tree, setting: str) -> None:
    repo.git("config", *setting.split("=", 1))
    assert repo.open().trust() == ()


@pytest.mark.parametrize(
    "setting",
    [
        "alias.st=!touch x", "submodule.x.update=!touch x", "remote.origin.url=ext::sh -c x",
        "protocol.ext.allow=always",
    ],
)  # fmt: skip
def test_settings_that_run_something_by_their_value(repo: Tree, setting: str) -> None:
    repo.git("config", *setting.split("=", 1))
    assert repo.open().trust() == (setting,)


def test_what_the_person_set_themselves_is_not_asked(repo: Tree, plain_git: Path) -> None:
    (plain_git / ".gitconfig").write_text("[core]\n editor = vi\n[alias]\n x = !y\n")
    assert repo.open().trust() == ()


def test_included_and_worktree_settings_are_the_repository_s(repo: Tree) -> None:
    (repo.git_dir / "more").write_text("[core]\n sshCommand = x\n")
    repo.git("config", "include.path", "more")
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "gpg.program", "y")
    assert sorted(repo.open().trust()) == ["core.sshcommand=x", "gpg.program=y"]


def test_without_git_there_is_nothing_to_trust(plain: Tree) -> None:
    assert plain.open().trust() == ()
    plain.open().trust_now()


def test_one_yes_holds_until_a_setting_changes(repo: Tree, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    repo.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "pre-commit").write_text(f"#!/bin/sh\ntouch {mark}\n")
    (tmp_path / "hooks" / "pre-commit").chmod(0o755)
    accept(repo.open())
    refused(repo, "its own settings|own settings run programs")
    assert not mark.exists()
    before = state_of(repo)
    repo.open().trust_now()
    assert state_of(repo) == before and repo.open().trust() == ()
    repo.git("config", "user.name", "Another")
    assert repo.open().trust() == (), "that runs nothing"
    repo.git("config", "core.sshCommand", "x")
    assert len(repo.open().trust()) == 2
    repo.git("config", "--unset", "core.sshCommand")
    repo.open().commit(["a.py"], "message")
    assert mark.exists()


def test_trust_is_of_one_tree(repo: Tree, tmp_path: Path) -> None:
    other = Tree(tmp_path / "other").init()
    for tree in (repo, other):
        tree.git("config", "core.editor", "x")
    repo.open().trust_now()
    assert (repo.open().trust(), other.open().trust()) == ((), ("core.editor=x",))


def test_looking_at_a_commit_runs_nothing(repo: Tree, tmp_path: Path) -> None:
    """Neither its state, nor a refused one; and a trusted one only hooks, signing and filters."""
    marks = tmp_path / "marks"
    marks.mkdir()
    canary = tmp_path / "canary"
    canary.write_text(f'#!/bin/sh\ntouch "{marks}/$$"\ncat\n')
    canary.chmod(0o755)
    repo.commit(b__txt="b\n", __gitattributes="* filter=evil diff=evil merge=evil\n")
    for key in ("core.fsmonitor", "core.sshCommand", "core.editor", "core.pager", "diff.external",
                "gpg.program", "diff.evil.textconv", "diff.evil.command", "filter.evil.clean",
                "filter.evil.smudge", "merge.evil.driver", "pager.commit", "sequence.editor",
                "trailer.x.command"):  # fmt: skip
        repo.git("config", key, str(canary))
    repo.git("config", "alias.commit", f"!{canary}")
    repo.git("config", "log.showSignature", "true")
    for file in marks.iterdir():
        file.unlink()
    os.utime(repo.root / "b.txt", (1, 1))
    workspace = repo.open()
    accept(workspace)
    workspace.commit_state(["a.py", "b.txt"])
    workspace.trust()
    refused(repo, "own settings run programs")
    workspace.trust_now()
    assert list(marks.iterdir()) == []
    for part in ("clean", "smudge"):
        repo.git("config", f"filter.evil.{part}", "cat")
    workspace.trust_now()
    made = workspace.commit(["a.py"], "message").commit
    assert list(marks.iterdir()) == []
    workspace.revert(made, ["a.py"])
    assert list(marks.iterdir()) == []


def git_that_says(folder: Path, version: str) -> Path:
    """A git of another version, that runs the real one."""
    folder.mkdir()
    real = program.find_git(Path("/"))
    (folder / "git").write_text(
        f'#!/bin/sh\nfor word; do [ "$word" = version ] && echo "{version}" && exit; done\nexec {real} "$@"\n'
    )
    (folder / "git").chmod(0o755)
    return folder


@pytest.mark.parametrize("version", ["git version 2.25.1", "git version 1.8.3", "git version two", ""])
def test_an_old_git_is_not_used(
    repo: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("PATH", str(git_that_says(tmp_path / "bin", version)), prepend=os.pathsep)
    workspace = repo.open()
    assert not workspace.has_git and "too old" in workspace.head() and "2.26" in workspace.head()
    accept(workspace)
    workspace.undo()


@pytest.mark.parametrize(
    "version", ["git version 2.26.0", "git version 2.39.5 (Apple Git-154)", "git version 3.0.rc1"]
)
def test_other_versions_are_used(
    repo: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("PATH", str(git_that_says(tmp_path / "bin", version)), prepend=os.pathsep)
    assert repo.open().has_git


def test_a_relative_entry_of_the_path_is_not_searched_for_a_signer(
    repo: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain_git: Path
) -> None:
    (plain_git / ".gitconfig").write_text("[gpg]\n program = signer\n[commit]\n gpgsign = true\n")
    repo.write("signer", f"#!/bin/sh\ntouch {tmp_path}/mark\nexit 1\n").chmod(0o755)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    hook(repo, "pre-commit", "exit 0")
    accept(repo.open())
    refused(repo, "sign|signer|gpg")
    assert not (tmp_path / "mark").exists()
