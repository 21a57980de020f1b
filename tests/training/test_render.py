"""Training text is the solver's own: same prompts, one shared prefix, answers the app can read."""

from __future__ import annotations

import random
from itertools import islice

from atlas_tui.solver import prompting
from atlas_tui.solver.plan import approach_of
from atlas_tui.syntax import extract
from training.problems.generate import problems
from training.problems.program import in_approach
from training.render import (
    NO_THOUGHT,
    chat,
    code_branch,
    observations,
    observe_branch,
    plain_branch,
    plan_text,
    repair_branch,
    split_prompt,
    tree,
)


def test_all_tasks_of_a_problem_share_one_prefix_and_it_is_the_solvers_prompt() -> None:
    for made in islice(problems(31, held=False), 30):
        whole = tree(random.Random(1), made)
        assert split_prompt(chat(prompting.code(made.problem, "")))[0] == whole.prefix
        assert whole.prefix + observe_branch(made).task == chat(prompting.observe(made.problem)) + NO_THOUGHT


def test_the_plain_attempt_is_the_solvers_prompt_and_its_answer_is_read_as_code() -> None:
    rng = random.Random(2)
    for made in islice(problems(32, held=False), 60):
        branch = plain_branch(rng, made)
        assert branch.task == split_prompt(chat(prompting.code(made.problem, "")))[1] + NO_THOUGHT
        read = extract(branch.answer, made.problem.entry_point)
        assert not read.error
        assert read.code.strip() in {in_approach(made.composition, made.frame, a) for a in range(3)}


def test_plans_name_their_technique_and_the_three_differ() -> None:
    rng = random.Random(3)
    for made in islice(problems(33, held=False), 60):
        plans = [plan_text(rng, made, approach) for approach in range(3)]
        assert len({approach_of(plan) for plan in plans}) == 3
        task = code_branch(random.Random(0), made, 0).task
        assert any(line in task for line in plans[0].splitlines()[1:])


def test_observations_never_settle_what_the_statement_leaves_open() -> None:
    found = 0
    for made in islice(problems(34, held=False), 200):
        for line, link in zip(observations(made)[1:], made.composition.links, strict=False):
            assert ("left open" in line) is link.open
            found += link.open
    assert found > 10


def test_repairs_show_the_failed_code_and_answer_with_another() -> None:
    rng, found = random.Random(4), 0
    for made in islice(problems(35, held=False), 60):
        branch = repair_branch(rng, made)
        if branch is not None:
            found += 1
            assert branch.task.startswith("This attempt fails:\n```python\n")
            assert branch.answer not in branch.task
    assert found > 40
