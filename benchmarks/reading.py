"""How well statements are read: samples, mode and entry point against recorded rows.

    python benchmarks/reading.py DATA.jsonl.gz [--show N] [--no-starter]

Rows are contest problems (``question_content``, ``platform``, ``public_samples``) or functions to complete
(``prompt`` or ``original_prompt``, ``entry_point``, ``samples`` as asserts). A wanted sample is one of a
contest row marked ``verified``, any of a row with arguments, or an assert. It is recovered when the same
input and output were read; of the missed, those of a statement with a note count as flagged, the others as
silent. A sample that was read and is not among the row's is an extra one, which is wrong. ``--show`` prints
so many of the misses. The last line is one JSON object, by platform.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.solver.read import read_problem
from atlas_tui.solver.read_signatures import signatures

COLUMNS = (
    "rows", "wanted", "exact", "flagged", "silent", "extra", "extra_flagged", "mode", "entry_point",
    "parameters", "noted",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One recorded statement and what must be read out of it."""

    name: str
    platform: str
    text: str
    mode: Mode
    entry_point: str
    """Empty when the statement names none."""
    parameters: tuple[str, ...]
    wanted: frozenset[tuple[str, str]]
    known: frozenset[tuple[str, str]]
    """The wanted ones and those nobody verified."""


@dataclass
class Tally:
    """Counts of one platform, and the misses to show."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)


def rows(path: Path, starter: bool) -> Iterator[Row]:
    """The rows of a recorded file, of either kind."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            record = json.loads(line)
            yield _contest(record, starter) if "public_samples" in record else _completion(record)


def _contest(record: dict[str, Any], starter: bool) -> Row:
    samples = record["public_samples"]
    called = bool(samples) and "kwargs" in samples[0]
    order = _order(record["starter_code"], record["fn_name"]) if called else ()
    if called:
        known = [
            (_canonical([each["kwargs"][name] for name in order]), _canonical(each["expected"]))
            for each in samples
        ]
        wanted = known
    else:
        known = [(each["stdin"].strip(), each["stdout"].strip()) for each in samples]
        wanted = [pair for pair, each in zip(known, samples, strict=True) if each["verified"]]
    text = record["question_content"]
    if starter and record["starter_code"]:
        text = f"{text}\n\n{record['starter_code']}"
    return Row(
        name=record["question_id"],
        platform=record["platform"],
        text=text,
        mode=Mode.FUNCTION if called else Mode.PROGRAM,
        entry_point=(record["fn_name"] or "") if starter else "",
        parameters=order,
        wanted=frozenset(wanted),
        known=frozenset(known),
    )


def _order(code: str, name: str) -> tuple[str, ...]:
    """The parameters of the function that is to be completed."""
    found = [node for node in ast.walk(ast.parse(f"{code} pass")) if isinstance(node, ast.FunctionDef)]
    return tuple(
        each.arg for node in found if node.name == name for each in node.args.args if each.arg != "self"
    )


def _completion(record: dict[str, Any]) -> Row:
    text = record.get("original_prompt", record["prompt"])
    pairs = frozenset(pair for each in record["samples"] if (pair := _assertion(each)) is not None)
    return Row(
        name=record["task_id"],
        platform=record["task_id"].split("/")[0],
        text=text,
        mode=Mode.FUNCTION,
        entry_point=record["entry_point"],
        parameters=_order(f"{text}\n   ", record["entry_point"]),
        wanted=pairs,
        known=pairs,
    )


def _assertion(text: str) -> tuple[str, str] | None:
    """(arguments, value) of ``assert f(1) == 2``; None when it is no test of literal values."""
    try:
        test = ast.parse(f"assert {text.strip().removeprefix('assert ')}").body[0]
        match test:
            case ast.Assert(
                test=ast.Compare(left=ast.Call() as call, ops=[ast.Eq() | ast.Is()], comparators=[value])
            ):
                expected = ast.literal_eval(value)
            case ast.Assert(test=ast.Call() as call):
                expected = True
            case ast.Assert(test=ast.UnaryOp(op=ast.Not(), operand=ast.Call() as call)):
                expected = False
            case _:
                return None
        return _canonical([ast.literal_eval(each) for each in call.args]), _canonical(expected)
    except (SyntaxError, ValueError, TypeError):
        return None


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _pair(sample: Sample, mode: Mode) -> tuple[str, str]:
    if mode is Mode.PROGRAM:
        return sample.given.strip(), sample.expected.strip()
    return _canonical(json.loads(sample.given)), _canonical(json.loads(sample.expected))


def measure(row: Row, tally: Tally) -> None:
    """Read one statement and count what came of it."""
    problem = read_problem(row.text)
    read = {_pair(each, problem.mode) for each in problem.samples}
    missed, extra = row.wanted - read, read - row.known
    flagged = bool(problem.notes)
    counts = tally.counts
    counts["rows"] += 1
    counts["wanted"] += len(row.wanted)
    counts["exact"] += len(row.wanted & read)
    counts["flagged" if flagged else "silent"] += len(missed)
    counts["extra_flagged" if flagged else "extra"] += len(extra)
    counts["mode"] += problem.mode is row.mode
    counts["entry_point"] += not row.entry_point or problem.entry_point == row.entry_point
    counts["parameters"] += not row.parameters or _parameters(problem) == row.parameters
    counts["noted"] += flagged
    named = row.entry_point in ("", problem.entry_point)
    named = named and (not row.parameters or _parameters(problem) == row.parameters)
    if missed or extra or problem.mode is not row.mode or not named:
        tally.misses.append(_told(row, problem, missed, extra))


def _parameters(problem: Problem) -> tuple[str, ...]:
    found = signatures(problem.signature)
    return tuple(each.name for each in found[0].parameters) if found else ()


def _told(row: Row, problem: Problem, missed: Set[tuple[str, str]], extra: Set[tuple[str, str]]) -> str:
    lines = [
        f"== {row.name}: {problem.mode} {problem.entry_point}",
        *(f"   note: {n}" for n in problem.notes),
    ]
    lines += [f"   missed {given!r:.300} -> {expected!r:.300}" for given, expected in sorted(missed)]
    lines += [f"   extra  {given!r:.300} -> {expected!r:.300}" for given, expected in sorted(extra)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N", help="misses to print")
    parser.add_argument("--no-starter", action="store_true", help="the statement without its starter code")
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    for row in rows(options.data, not options.no_starter):
        measure(row, tallies.setdefault(row.platform, Tally()))
    for platform, tally in sorted(tallies.items()):
        print("\n".join(tally.misses[: options.show]))
        print(f"{platform:12}", "  ".join(f"{name} {tally.counts[name]}" for name in COLUMNS))
    print(
        json.dumps({name: {c: tally.counts[c] for c in COLUMNS} for name, tally in sorted(tallies.items())})
    )


if __name__ == "__main__":
    main()
