"""Real repositories in temporary folders, away from the git settings of whoever runs the tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlas_tui.workspace import Workspace, Write

SOLUTION = "def solve(n):\n    return n + 1\n"


class Tree:
    """A folder with files, and git at hand when it is a repository."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str, check: bool = True) -> str:
        ran = subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, text=True, check=False)
        assert not check or ran.returncode == 0, ran.stderr
        return ran.stdout

    def init(self) -> Tree:
        self.root.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.org")
        return self

    def write(self, name: str, content: bytes | str = SOLUTION) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def commit(self, **files: bytes | str) -> None:
        """Commit these files (``__`` for the dot in their names)."""
        for name, content in files.items():
            self.write(name.replace("__", "."), content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "made by hand")

    @property
    def git_dir(self) -> Path:
        return Path(self.git("rev-parse", "--absolute-git-dir").strip())

    def record(self) -> dict[str, bytes]:
        """Every byte git keeps about HEAD, branches and index."""
        files = [self.git_dir / "index", self.git_dir / "HEAD", *(self.git_dir / "refs").rglob("*")]
        return {str(file): file.read_bytes() for file in files if file.is_file()}

    def everything(self) -> dict[str, bytes | str]:
        """All files but git's, with links as their target."""
        return {
            str(file.relative_to(self.root)): str(file.readlink()) if file.is_symlink() else file.read_bytes()
            for file in sorted(self.root.rglob("*"))
            if ".git" not in file.relative_to(self.root).parts and (file.is_symlink() or file.is_file())
        }

    def open(self, below: str = ".") -> Workspace:
        return Workspace.open(self.root / below)


def asked_for(workspace: Workspace, **files: bytes | None) -> list[Write]:
    """Writes of these files (``__`` for the dot in their names)."""
    return [Write(workspace.base(name.replace("__", ".")), new) for name, new in files.items()]


@pytest.fixture(autouse=True)
def plain_git(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No settings but those a test makes; gives the home."""
    home = tmp_path_factory.mktemp("git-home")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return home


_template: list[Path] = []


@pytest.fixture
def repo(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A repository with one commit of ``a.py``; made once and copied, which is faster."""
    if not _template:
        made = Tree(tmp_path_factory.mktemp("template") / "repo").init()
        made.commit(a__py="x = 1\n\n\ndef solve(n):\n    return n\n\n\ny = 2\n")
        _template.append(made.root)
    shutil.copytree(_template[0], tmp_path / "repo", symlinks=True)
    return Tree(tmp_path / "repo")


@pytest.fixture
def plain(tmp_path: Path) -> Tree:
    """A folder without git."""
    (tmp_path / "plain").mkdir()
    return Tree(tmp_path / "plain")


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for many small writes, the state of the app in it: in memory where the system has that."""
    shared = Path("/dev/shm")
    with contextlib.ExitStack() as stack:
        folder = tmp_path
        if os.access(shared, os.W_OK):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=shared)))
        monkeypatch.setenv("ATLAS_TUI_HOME", str(folder / "home"))
        yield folder


@pytest.fixture(params=["repo", "plain"])
def tree(request: pytest.FixtureRequest) -> Tree:
    """A folder with ``a.py`` and ``b.py``, in git and not."""
    found: Tree = request.getfixturevalue(request.param)
    found.write("a.py", SOLUTION)
    found.write("b.py", "b = 1\r\n")
    return found
