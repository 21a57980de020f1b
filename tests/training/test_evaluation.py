"""The evaluation: its tables on made-up rows, and rows that real runs leave and go on from."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from atlas_tui.settings import ModelSettings
from training.evaluate import ARMS, Results, Shard, arms_of, run, seed_of, shard_of
from training.evaluation_report import AGAIN, PAIRS, Row, by_arm, report
from training.statistics import mcnemar

PROBLEMS = 20


def row(number: int, arm: str, **changed: Any) -> Row:
    fields: dict[str, Any] = {
        "number": number,
        "arm": arm,
        "composition": f"parts{number}",
        "steps": 2 + number % 3,
        "family": "ints" if number % 2 else "text",
        "mode": "program",
        "open": number < 5,
        "passed": False,
        "oracle": False,
        "samples_passed": False,
        "state": "none passes",
        "probability": 0.2,
        "grade": "unverified",
        "candidates": [False, False, False],
        "repairs": [],
        "repairs_tried": 0,
        "repairs_kept": 0,
        "taken": ["stop"],
        "tokens": 100,
        "seconds": 1.0,
        "failed": "",
    }
    return Row(**(fields | changed))


def rows(arm: str, right: Iterable[int], **changed: Any) -> list[Row]:
    passed = set(right)
    return [
        row(number, arm, passed=number in passed, oracle=number in passed, **changed)
        for number in range(PROBLEMS)
    ]


def cells(text: str, title: str) -> dict[str, list[str]]:
    """The lines of one table by their first cell."""
    table = text.split(f"### {title}\n\n")[1].split("\n\n")[0].splitlines()[2:]
    split = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]
    return {line[0]: line[1:] for line in split}


# The test


@pytest.mark.parametrize(
    ("lost", "gained", "chance"),
    [(0, 0, 1.0), (5, 5, 1.0), (1, 9, 22 / 1024), (9, 1, 22 / 1024), (0, 6, 2 / 64), (3, 2, 1.0)],
)
def test_mcnemar_is_the_two_sided_binomial_on_the_problems_that_differ(
    lost: int, gained: int, chance: float
) -> None:
    assert mcnemar(lost, gained) == pytest.approx(chance)


def test_mcnemar_does_not_overflow_where_many_problems_differ() -> None:
    assert 0 < mcnemar(700, 900) < 1e-6


# The tables


def test_shares_are_counted_for_each_arm_with_what_any_program_would_give() -> None:
    found = rows("A", range(5)) + rows("E", range(10))
    found[-1] = row(PROBLEMS - 1, "E", oracle=True, tokens=2100, seconds=9.0)
    table = cells(report(found), "What is right")
    assert table["A"] == ["5 of 20", "25.0", "11.2 to 46.9", "5 of 20", "25.0", "100", "100", "1.00"]
    assert table["E"][:2] == ["10 of 20", "50.0"]
    assert table["E"][3:] == ["11 of 20", "55.0", "200", "100", "1.00"]


def test_a_pair_is_compared_problem_by_problem() -> None:
    table = cells(report(rows("A", range(5)) + rows("B", range(4, 13))), "Differences")
    assert list(table) == ["A → B"]
    count, points, interval, gained, lost, chance = table["A → B"]
    assert (count, points, gained, lost) == ("20", "+20.0", "8", "4")
    low, high = (float(value) for value in interval.split(" to "))
    assert low < 0 < 20 < high
    assert float(chance) == pytest.approx(mcnemar(4, 8), abs=5e-4)


def test_every_part_of_the_method_and_the_noise_is_compared() -> None:
    found = [each for arm in ARMS for each in rows(arm, range(3))]
    assert list(cells(report(found), "Differences")) == [f"{one} → {other}" for one, other in PAIRS]
    assert PAIRS[-1] == ("B", AGAIN)


def test_a_pair_is_compared_on_the_problems_that_both_have() -> None:
    found = report(rows("A", range(5)) + rows("B", range(10))[:6])
    assert cells(found, "Differences")["A → B"][:2] == ["6", "+16.7"]
    assert found.startswith("Not every arm was run on every problem yet.")


def test_problems_are_counted_by_kind() -> None:
    table = cells(report(rows("A", (0, 1, 7)) + rows("B", range(10))[:1]), "Right by kind of problem")
    assert table["steps: 2"] == ["1 of 7", "1 of 1"]
    assert table["steps: 3"] == ["2 of 7", "–"]
    assert table["family: ints"] == ["2 of 10", "–"]
    assert table["mode: program"] == ["3 of 20", "1 of 1"]
    assert table["a detail only the samples tell: yes"] == ["2 of 5", "1 of 1"]
    assert table["a detail only the samples tell: no"] == ["1 of 15", "–"]


def test_the_probability_that_is_shown_stands_beside_what_came_out() -> None:
    found = rows("E", range(10))[:16]
    found += [row(16, "E", state="one passes", probability=0.75, passed=True)]
    found += [row(17, "E", state="one passes", probability=0.75)]
    found += [row(18, "E", state="", probability=None, grade="")]
    table = cells(report(found), "Choices of E by state")
    assert list(table) == ["none passes", "one passes", "no choice"]
    assert table["none passes"] == ["10 of 16", "62.5", "38.6 to 81.5", "20.0"]
    assert table["one passes"][:2] == ["1 of 2", "50.0"]
    assert table["one passes"][3] == "75.0"
    assert table["no choice"][3] == "–"
    assert "by state" not in report(rows("A", range(3)))


def test_work_tells_candidates_repairs_and_steps() -> None:
    steps = ["more", "repair", "repair", "stop"]
    found = rows("E", (), taken=steps, repairs_tried=2, repairs_kept=1, candidates=[False] * 6)
    assert cells(report(found), "What was done")["E"] == ["6.00", "40", "20", "more 20, repair 40"]
    assert cells(report(rows("A", ())), "What was done")["A"][3] == "none"


def test_failed_runs_are_counted_by_reason_and_keep_the_table_whole() -> None:
    found = rows("A", ())
    assert "Every run ended by itself." in report(found)
    found[0], found[1] = (
        row(0, "A", failed="no memory: 1 | 2\nGiB"),
        row(1, "A", failed="no memory: 1 | 2 GiB"),
    )
    found[2] = row(2, "A", failed="the model process ended: killed")
    text = report(found)
    assert r"| A | no memory: 1 \| 2 GiB | 2 |" in text
    assert "| A | the model process ended: killed | 1 |" in text


def test_arms_stand_in_order_whatever_the_order_of_the_rows() -> None:
    found = rows("E", ()) + rows(AGAIN, ()) + rows("C", ()) + rows("B", ())
    assert list(by_arm(found)) == ["B", AGAIN, "C", "E"]


def test_without_rows_there_is_a_word_instead_of_tables() -> None:
    assert report([]) == "Nothing was measured yet."


# The runs


def test_all_arms_share_the_seed_of_a_problem_but_the_one_run_again() -> None:
    assert len({seed_of(arm, 7) for arm in ARMS if arm != AGAIN}) == 1
    assert seed_of(AGAIN, 7) != seed_of("B", 7) != seed_of("B", 8)
    assert ARMS[AGAIN] == ARMS["B"]


def test_arms_and_shards_of_the_command_line() -> None:
    assert arms_of("E, B again,A") == ["A", "E", AGAIN]
    assert shard_of("2/3") == Shard(2, 3)
    assert sorted(number for n in (1, 2, 3) for number in range(10) if number in Shard(n, 3)) == [*range(10)]
    for wrong in ("F", "", "A,,B"):
        with pytest.raises(argparse.ArgumentTypeError):
            arms_of(wrong)
    for wrong in ("0/2", "3/2", "2", "a/b", "-1/2", "1/"):
        with pytest.raises(argparse.ArgumentTypeError):
            shard_of(wrong)


def write(path: Path, found: Sequence[Row], end: str = "") -> None:
    path.write_text("".join(json.dumps(asdict(each)) + "\n" for each in found) + end, "utf-8")


def test_rows_come_from_all_files_of_a_model_each_once(tmp_path: Path) -> None:
    results = Results(tmp_path, "evaluation-m-p")
    write(results.path(Shard()), [row(0, "A")])
    write(results.path(Shard(1, 2)), [row(0, "A", passed=True), row(2, "A")], end='{"number": 4, "ar')
    write(results.path(Shard(2, 2)), [row(1, "A")])
    write(Results(tmp_path, "evaluation-m-q").path(Shard()), [row(9, "A")])
    assert results.rows() == [row(0, "A"), row(2, "A"), row(1, "A")]


def test_a_line_that_was_cut_off_is_taken_out_before_the_file_is_gone_on_with(tmp_path: Path) -> None:
    results = Results(tmp_path, "evaluation-m-p")
    results.mend(Shard())
    assert not results.path(Shard()).exists()
    write(results.path(Shard()), [row(0, "A")], end='{"number": 4, "ar')
    results.mend(Shard())
    write(tmp_path / "whole", [row(0, "A")])
    assert results.path(Shard()).read_text("utf-8") == (tmp_path / "whole").read_text("utf-8")


async def test_a_run_leaves_rows_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    results, model = Results(tmp_path / "runs", "evaluation-m-p"), ModelSettings(threads=1, gpu_layers=0)
    await run(results, model, 1, ["A"], Shard())
    (only,) = results.rows()
    assert (only.number, only.arm, len(only.candidates), only.taken) == (0, "A", 1, ["stop"])
    assert only.tokens > 0
    assert only.seconds > 0
    assert only.oracle is only.passed is only.candidates[0]
    await run(results, model, 2, ["A", "B"], Shard(1, 2))
    assert results.rows()[0] == only
    assert [(each.number, each.arm, len(each.candidates)) for each in results.rows()[1:]] == [(0, "B", 3)]
    assert len(results.path(Shard(1, 2)).read_text("utf-8").splitlines()) == 1
    assert not results.path(Shard(2, 2)).exists()


async def test_a_row_does_not_depend_on_what_was_run_before_it(tmp_path: Path) -> None:
    second, found = Shard(2, 2), []
    for arms in (["C", "D"], ["D"]):
        results = Results(tmp_path / str(len(arms)), "evaluation-m-p")
        await run(results, ModelSettings(threads=1, gpu_layers=0), 2, arms, second)
        found.append(replace(results.rows()[-1], seconds=0.0))
    assert found[0] == found[1]
    assert found[0].arm == "D"
