"""Training text is the solver's own: same prompts, one shared prefix, answers the app can read."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import islice

import pytest

from atlas_tui.engine.base import Finished, StopReason
from atlas_tui.events import FailureClass
from atlas_tui.problem import Mode
from atlas_tui.solver import generators, layouts, plan, prompting, prompting_more
from atlas_tui.solver.failures import kind_in
from atlas_tui.solver.generators import inputs_in
from atlas_tui.solver.plan import approach_of
from atlas_tui.solver.write_tests import from_replies
from atlas_tui.syntax import extract
from training import render, render_more, thoughts
from training.problems.generate import Generated, problems
from training.problems.program import in_approach
from training.render import NO_THOUGHT, THINK, UNTHINK, Branch, Task, chat, split_prompt
from training.running import outcome

EVERY = (*render.TASKS, *render_more.MORE)


def _made(seed: int, count: int) -> Iterator[Generated]:
    return islice(problems(seed, held=False), count)


def _reply(text: str) -> Finished:
    return Finished(
        id="A",
        reason=StopReason.END,
        text=text,
        thinking="",
        prompt_tokens=0,
        answer_tokens=0,
        thinking_tokens=0,
    )


def _drawn(task: Task, seed: int, count: int) -> Iterator[tuple[Generated, Branch]]:
    rng = random.Random(seed)
    for made in _made(seed, count):
        branch = task(rng, made)
        if branch is not None:
            yield made, branch


def test_all_tasks_of_a_problem_share_one_prefix_and_it_is_the_solvers_prompt() -> None:
    for made in _made(31, 30):
        whole = render_more.tree(random.Random(1), made)
        assert split_prompt(chat(prompting.code(made.problem, "")))[0] == whole.prefix
        observe = render.observe_branch(random.Random(1), made)
        assert whole.prefix + observe.task == chat(prompting.observe(made.problem)) + NO_THOUGHT


def test_every_prompt_file_is_trained() -> None:
    """What the solver may send is what the trees hold: the file's own words, up to its first blank."""
    text = "".join(
        branch.task + branch.answer
        for made in _made(30, 60)
        for _ in range(8)
        for branch in render_more.tree(random.Random(made.problem.statement), made).branches
    )
    words = [
        name for name in prompting.TRAINED if name.endswith(".md") and name not in ("problem.md", "system.md")
    ]
    for name in words:
        pieces = re.split(r"\{\w+\}", prompting.file_text(name))
        assert max(pieces, key=len).strip() in text, name
    for row in prompting.perturbations():
        assert row["text"].partition("\n")[0] in text, row["name"]
    for each in prompting_more.perspectives():
        assert each.question in text, each.name


def test_the_plain_attempt_is_the_solvers_prompt_and_its_answer_is_read_as_code() -> None:
    for made, branch in _drawn(render.plain_branch, 32, 60):
        assert branch.task == split_prompt(chat(prompting.code(made.problem, "")))[1] + NO_THOUGHT
        read = extract(branch.answer, made.problem.entry_point)
        assert not read.error
        assert read.code.strip() in {in_approach(made.composition, made.frame, a) for a in range(3)}


def test_plans_name_their_technique_and_the_three_are_no_repetitions_to_the_solver() -> None:
    rng = random.Random(3)
    for made in _made(33, 60):
        plans = [thoughts.plan_text(rng, made, approach) for approach in range(3)]
        assert len({approach_of(text) for text in plans}) == 3
        for place, text in enumerate(plans):
            assert not any(plan.same(text, other) for other in plans[:place])
            assert plan.same(text, thoughts.plan_text(rng, made, place))


def test_another_plan_takes_no_technique_that_is_taken() -> None:
    for _, branch in _drawn(render.other_plan_branch, 36, 60):
        taken = branch.task.partition("These techniques are taken:\n")[2].partition("\n\n")[0].splitlines()
        assert taken and f"- {approach_of(branch.answer)}" not in taken


def test_observations_never_settle_what_the_statement_leaves_open() -> None:
    found = 0
    for made in _made(34, 200):
        for line, link in zip(thoughts.observations(made)[1:], made.composition.links, strict=False):
            assert ("left open" in line) is link.open
            found += link.open
        for first, second in thoughts.pairs(made):
            told = thoughts.derived(made, first, second)
            for link in made.composition.links:
                assert not link.open or link.phrase() not in told or link.phrase() in thoughts.words(link)
    assert found > 10


def test_observations_and_plans_are_read_by_the_solver() -> None:
    for made, branch in _drawn(render.observe_branch, 37, 30):
        assert list(plan.read_observations(_reply(branch.answer))) == thoughts.observations(made)
    for _, branch in _drawn(render.derive_branch, 37, 30):
        assert len(plan.read_observations(_reply(branch.answer))) == 1


def test_self_tests_are_right_and_taken_by_the_solver() -> None:
    taken = 0
    for made, branch in _drawn(render_more.tests_branch, 38, 60):
        problem = made.problem
        written = from_replies(problem, [_reply(branch.answer)])
        right = in_approach(made.composition, made.frame, 0)
        for test in written.tests:
            assert outcome(right, made.frame, test.given).printed.split() == test.expected.split()
        assert not any("contradicts" in each.why or "another answer" in each.why for each in written.dropped)
        taken += len(written.tests)
    assert taken > 120


def test_generators_print_inputs_that_the_solver_takes() -> None:
    for made, branch in _drawn(render_more.generator_branch, 39, 40):
        code = extract(branch.answer).code
        printed = outcome(code, render_more.Frame(Mode.PROGRAM, layout="line"), "").printed
        found = inputs_in(made.problem, printed)
        assert len(found.inputs) >= generators.COUNT // 3, (made.problem.statement, printed, found.dropped)


def test_inputs_that_tell_two_programs_apart_really_do() -> None:
    found = 0
    for made, branch in _drawn(render_more.differ_branch, 40, 80):
        codes = re.findall(r"```python\n(.*?)\n```", branch.task, re.DOTALL)
        assert len(codes) == 2
        for pair in layouts.read_inputs(made.problem, branch.answer).pairs:
            one, other = (outcome(code, made.frame, pair.given) for code in codes)
            assert (one.printed, one.error) != (other.printed, other.error)
            found += 1
    assert found > 60


def test_judgements_work_out_the_right_answer_and_name_it() -> None:
    names = set()
    for _, branch in _drawn(render_more.judge_branch, 41, 150):
        name = branch.answer.rpartition("Right: ")[2]
        names.add(name)
        given = re.search(
            r"program A gives\n(.*)\nand program B gives\n(.*?)\n\nWhich", branch.task, re.DOTALL
        )
        assert given is not None
        worked = branch.answer.splitlines()[-2].rpartition(": ")[2].split() or ["nothing"]
        shown = {"A": given[1], "B": given[2]}
        if name != "neither":
            assert worked == shown[name].replace("\n", " / ").split()
        else:
            assert worked not in [text.replace("\n", " / ").split() for text in shown.values()]
    assert names == {"A", "B", "neither"}


def test_kinds_of_mistakes_are_read_by_the_solver() -> None:
    kinds = {kind_in(branch.answer) for _, branch in _drawn(render_more.diagnose_branch, 42, 200)}
    assert kinds and kinds <= {FailureClass.EDGE, FailureClass.ALGORITHM, FailureClass.FORMAT}


def test_repairs_show_the_failed_code_say_what_was_found_and_answer_with_another() -> None:
    found, labels = 0, set()
    for made, branch in _drawn(render_more.repair_branch, 35, 60):
        found += 1
        assert branch.task.startswith("This attempt fails:\n```python\n")
        line, _, fenced = (
            branch.answer.removeprefix(branch.thought).rpartition(f"{UNTHINK}\n\n")[2].partition("\n")
        )
        labels.add(line.partition(":")[0])
        assert extract(fenced).code.strip() and fenced not in branch.task
        read = extract(branch.answer, made.problem.entry_point)
        assert not read.error
    assert found > 40
    assert labels == {each.label for each in prompting_more.perspectives()}


def test_thoughts_end_at_the_answer_and_are_cut_by_their_budget_now_and_then() -> None:
    whole, cut = 0, 0
    for made, branch in _drawn(render.thought_branch, 43, 80):
        assert not branch.task.endswith(NO_THOUGHT)
        if branch.cut:
            cut += 1
            assert branch.thought.startswith(THINK)
        else:
            whole += 1
            thought = branch.answer.partition(UNTHINK)[0]
            answer = made.problem.samples[0].expected.split()
            if made.frame.mode is Mode.FUNCTION:
                answer = json.dumps(json.loads(made.problem.samples[0].expected)).split()
            assert thought.splitlines()[-1].rpartition(": ")[2].replace(" / ", " ").split() == answer
    assert whole > 20 and cut > 10


@pytest.mark.parametrize("task", [task for _, task in EVERY], ids=lambda task: task.__name__)
def test_tasks_repeat_for_the_same_seed(task: Task) -> None:
    one, other = ([branch for _, branch in _drawn(task, 44, 6)] for _ in range(2))
    assert one == other
