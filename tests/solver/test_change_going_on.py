"""A run over a repository that goes on after its end: more, a repair, refused where its copy is gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from atlas_tui import events
from atlas_tui.engine.base import StopReason
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.errors import Refused
from atlas_tui.events import Outcome
from atlas_tui.problem import Mode, Problem
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import ModelSettings, SandboxSettings, SolverSettings
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.generate import candidate_ready
from atlas_tui.solver.kit import Kit
from tests.project.suites import laid, project
from tests.solver.change_runs import ALONE, DIAGNOSING, REPAIRING, Run, of, running, state_of
from tests.solver.stage_parts import reply

FILES = {
    "half.py": "def half(number):\n    return number\n",
    "test_half.py": "import unittest\n\nfrom half import half\n\n\nclass Half(unittest.TestCase):\n"
    "    def test_of_two(self):\n        self.assertEqual(half(2), 1)\n",
}
HEAD = "### half.py\n```python\ndef half(number):\n    return {}\n```"


async def gone_on(run: Run, session: str, step: str, candidate: str = "") -> list[events.Event]:
    return [event async for event in run.runtime.go_on(session, step, candidate)]  # type: ignore[arg-type]


async def test_a_run_goes_on_until_its_copy_is_gone(tmp_path: Path) -> None:
    replies = {
        DIAGNOSING: ["Kind: edge"],
        REPAIRING: ["Missing: a half.\n" + HEAD.format("number // 2")],
        "": [HEAD.format("number + 1")],
    }
    async with running(tmp_path, FILES, replies, **ALONE, repair_rounds=0) as run:
        before = state_of(tmp_path)
        first = await run.solved("Halve it.", tests="python3 -m unittest -q")
        assert of(events.RunEnded, first)[0].outcome is Outcome.UNVERIFIED
        session = of(events.RunStarted, first)[0].session
        more = await gone_on(run, session, "more")
        assert [each.candidate for each in of(events.CandidateReady, more)] == ["B"]
        assert {each.candidate for each in of(events.RunFinished, more)} == {"B"}
        repaired = await gone_on(run, session, "repair", "B")
        (choice,) = of(events.Chosen, repaired)
        assert (choice.candidate, choice.round, choice.passed) == ("B", 1, 1)
        assert of(events.RunEnded, repaired)[0].outcome is Outcome.VERIFIED
        assert run.runtime.store.events(session) == [*first, *more, *repaired]
        with pytest.raises(Refused, match="no test is known that it fails"):
            await gone_on(run, session, "repair", "B")
        project = of(events.ProblemRead, first)[0].problem.project
        assert project is not None
        shutil.rmtree(project.base)
        with pytest.raises(Refused, match="private copy of the repository"):
            await gone_on(run, session, "more")
        assert state_of(tmp_path) == before


def test_what_is_stopped_while_it_is_written_is_no_change(tmp_path: Path) -> None:
    laid(tmp_path, FILES)
    problem = Problem(
        statement="Halve it.", mode=Mode.CHANGE, project=project(tmp_path, "python3 -m unittest")
    )
    engine, sandbox = LlamaEngine(ModelSettings()), LocalSandbox(SandboxSettings())
    made = Kit(engine=engine, sandbox=sandbox, settings=SolverSettings(), seed=1)
    made.stopped.add("A")
    ready = candidate_ready(made, problem, reply(HEAD.format("number // 2"), StopReason.CANCELLED), 0)
    assert ready.error == "you stopped it before it was written" and not Attempt(ready).usable
