"""How often the functions that a task's fix changes stand whole in what a model is shown, by budget.

    python benchmarks/repository/shown.py [--tasks FOLDER] [--budget N ...]

No test is run: the text of the task and the names of its failing tests are all that is known, which is less
than a person's run knows. A token is taken for three bytes. Tasks whose fix adds code alone are left out.
"""

from __future__ import annotations

import argparse
import difflib
import math
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from atlas_tui.project.focus import functions_of
from atlas_tui.project.hints import Hints
from atlas_tui.project.listing import list_files
from atlas_tui.project.mapping import map_repository
from atlas_tui.project.packing import pack
from atlas_tui.project.ranking import rank
from atlas_tui.syntax.grammars import language_of
from atlas_tui.syntax.outline import outline
from benchmarks.repository.run import own_home
from benchmarks.repository.task import TASKS, RepositoryTask, load_all

BUDGETS = (1_000, 2_000, 4_000, 8_000)


def count(text: str) -> int:
    """Tokens, by its bytes."""
    return math.ceil(len(text.encode("utf-8", "replace")) / 3)


def to_change(task: RepositoryTask) -> list[str]:
    """The functions that the fix changes, as they stand in the tree."""
    found = []
    for change in task.fix():
        path = task.tree / change.path
        if path.exists() and change.content is not None:
            old, new = path.read_text("utf-8"), change.content.decode("utf-8")
            found += _changed(old, new, language_of(change.path))
    return found


def _changed(old: str, new: str, language: str) -> list[str]:
    matcher = difflib.SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False)
    places = [(start, end) for tag, start, end, _, _ in matcher.get_opcodes() if tag in ("replace", "delete")]
    source = old.encode()
    return [
        source[each.start : each.end].decode()
        for each in functions_of(outline(source, language))
        if any(start < each.last_line and end >= each.first_line for start, end in places)
    ]


def shown(task: RepositoryTask, budgets: Sequence[int]) -> dict[int, bool]:
    """Whether all of these functions stand whole in what is shown, by budget."""
    hints = Hints(text=task.statement, tests=task.required)
    repository = map_repository(list_files(task.tree), hints=hints)
    ranked = rank(repository, hints)
    wanted = to_change(task)
    return {
        budget: all(each in text for each in wanted)
        for budget in budgets
        for text in [pack(repository, ranked, budget, count).text]
    }


def main(tasks: Sequence[RepositoryTask], budgets: Sequence[int]) -> None:
    found = {task.name: shown(task, budgets) for task in tasks if to_change(task)}
    print(f"{'':<18}" + "".join(f"{budget:>8,}" for budget in budgets))
    for name, whole in found.items():
        print(f"{name:<18}" + "".join(f"{'whole' if whole[budget] else '-':>8}" for budget in budgets))
    sums = (sum(whole[budget] for whole in found.values()) for budget in budgets)
    print(f"{f'of {len(found)} tasks':<18}" + "".join(f"{each:>8}" for each in sums))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=Path, default=TASKS)
    parser.add_argument("--budget", type=int, nargs="+", default=BUDGETS)
    given = parser.parse_args()
    with own_home():
        main(load_all(given.tasks), given.budget)
