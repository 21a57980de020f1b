"""A shell in a real repository, with a session of it recorded as a run records it."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from atlas_tui import events, paths
from atlas_tui.cli import exits
from atlas_tui.cli.main import main
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.store import Store, new_session_id
from tests.workspace.conftest import Tree

BASE = '"""Mine."""\n\nimport sys\n\n' + "".join(f"x{n} = {n}\n" for n in range(12))
BASE += "\n\ndef solve(n):\n    return n\n\n\ny = 2\n"
RIGHT = "import math\n\n\ndef solve(n):\n    return math.floor(n) + 1\n"
WRONG = "def solve(n):\n    return n - 1\n"
PLACED = BASE.replace("import sys\n", "import sys\nimport math\n").replace(
    "    return n\n", "    return math.floor(n) + 1\n"
)
PROBLEM = Problem(
    statement="# Next number\n\nGive the number after n.",
    mode=Mode.FUNCTION,
    entry_point="solve",
    samples=(Sample(given="[1]", expected="2"), Sample(given="[5]", expected="6")),
)


@dataclass(frozen=True)
class Said:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[events.Event]:
        return [events.from_json(line) for line in self.out.splitlines()]

    @property
    def refused(self) -> bool:
        """With one line for the person, and nothing else."""
        return self.code == exits.REFUSED and not self.out and self.err.count("\n") == 1


class Shell:
    """The command line in one folder."""

    def __init__(
        self, tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.tree = tree
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.go(tree.root)

    def go(self, folder: Path) -> None:
        self._monkeypatch.chdir(folder)

    def run(self, *arguments: str) -> Said:
        self._monkeypatch.setattr(sys, "argv", ["atlas-tui", *arguments])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = self._capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    def recorded(self, session: str) -> list[events.AnyEvent]:
        """What a session has after its run."""
        store = Store(paths.database())
        found = store.events(session)
        store.close()
        ended = [isinstance(event, events.RunEnded) for event in found].index(True)
        return found[ended + 1 :]

    def record(
        self,
        *,
        target: str = "a.py",
        problem: Problem = PROBLEM,
        programs: Sequence[events.Event] | None = None,
        chosen: str = "A",
        read: bool = True,
    ) -> str:
        """A session for ``target`` as it is now; A is right, B wrong, C was broken and then repaired."""
        told: list[events.Event] = [self._started(target)]
        if target and read:
            told.append(self._base_read(target))
        told.append(events.ProblemRead(problem=problem))
        told += programs if programs is not None else _programs()
        if chosen:
            told.append(_chosen(chosen, told))
        told.append(events.RunEnded(outcome=events.Outcome.VERIFIED, seconds=1.0))
        session, store = new_session_id(), Store(paths.database())
        for event in told:
            store.append(session, event)
        store.close()
        return session

    def _started(self, target: str) -> events.RunStarted:
        return events.RunStarted(
            session="",
            model="m",
            candidates=("A", "B", "C"),
            seed=1,
            isolation="full",
            version="0",
            target=target,
        )

    def _base_read(self, target: str) -> events.BaseRead:
        file = self.tree.root / target
        content = file.read_bytes() if file.exists() else b""
        return events.BaseRead(
            path=target,
            exists=file.exists(),
            sha256=hashlib.sha256(content).hexdigest() if file.exists() else "",
            mode=0o644,
            eol="\n",
            encoding="utf-8",
            final_newline=True,
            commit="",
            dirty=(),
            root=str(self.tree.root),
        )


def program(label: str, code: str, number: int = 0, error: str = "") -> events.CandidateReady:
    return events.CandidateReady(candidate=label, round=number, code=code, error=error)


def passed(label: str, verdict: events.Verdict, number: int = 0) -> list[events.Event]:
    return [
        events.RunFinished(
            candidate=label, round=number, check=f"sample {each}", verdict=verdict, facts=events.Facts()
        )
        for each in (1, 2)
    ]


def _programs() -> list[events.Event]:
    right, wrong = events.Verdict.OK, events.Verdict.WA
    return [
        program("A", RIGHT),
        program("B", WRONG),
        program("C", "def solve(n):\n    return n\n"),
        *passed("A", right),
        *passed("B", wrong),
        *passed("C", wrong),
        program("C", "def solve(n):\n    return n + 1\n", 1),
        *passed("C", right, 1),
        events.RepairTried(candidate="C", round=1, perspective="logic", kept=True, reason="it passes"),
        program("D", "", error="no code in the reply"),
    ]


def _chosen(label: str, told: Sequence[events.Event]) -> events.Chosen:
    programs = [event for event in told if isinstance(event, events.CandidateReady)]
    code = next(event.code for event in programs if event.candidate == label)
    return events.Chosen(
        candidate=label, code=code, grade=events.Grade.VERIFIED, passed=2, samples=2, reasons=()
    )


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """In a repository with one commit of ``a.py``; no model can be loaded."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("ATLAS_TUI_MODEL__PATH", str(tmp_path / "none.gguf"))
    monkeypatch.setattr(exits, "log_to_file", lambda: None)
    tree = Tree(tmp_path / "tree").init()
    tree.git("checkout", "-q", "-b", "work")
    tree.commit(a__py=BASE, b__py="b = 1\n")
    return Shell(tree, monkeypatch, capsys)


def untouched(shell: Shell, before: dict[str, bytes | str]) -> bool:
    return shell.tree.everything() == before


def kinds(found: list[events.AnyEvent]) -> list[str]:
    return [event.kind for event in found]
