"""Makes a pool for ``atlas-tui bench replay`` from a file of recorded model outputs.

    python benchmarks/convert_pools.py FILE -o POOL [--source REGEX]

Known are five forms, told apart by their fields: programs of several models on HumanEval (``candidates``),
those of CodeT (``unique_solutions``), LiveCodeBench problems with the programs of two models
(``question_content``), and programs or tests by ``question_id``, whose problems are taken from the
LiveCodeBench file beside them.
``--source`` keeps candidates whose source matches, case ignored; ``GPT-4`` also finds what is written
``GPT4``. The verdict of the scoring tests goes into ``passed`` and nowhere else.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
PROBLEMS = "lcb880*.jsonl*"


def rows_of(path: Path) -> Iterator[Row]:
    """The objects of a file of JSON lines, ``.gz`` or not."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as file
    ):
        for line in file:
            if line.strip():
                yield json.loads(line)


def convert(path: Path, problems: Path | None = None) -> Iterator[Row]:
    """The pool rows of a file. Raises: ValueError, where its form is not known."""
    rows = list(rows_of(path))
    first = rows[0] if rows else {}
    if "unique_solutions" in first:
        return map(codet, rows)
    if "candidates" in first and "input_exprs" in first:
        return map(strong, rows)
    if "question_content" in first:
        return map(livecodebench, rows)
    if "question_id" in first:
        return by_id(rows, problems or beside(path), tests if "tests" in first else ablation)
    raise ValueError("its form is not known")


def beside(path: Path) -> Path:
    """The file of problems in the same folder."""
    found = sorted(path.parent.glob(PROBLEMS))
    if not found:
        raise ValueError(f"its problems are not beside it ({PROBLEMS}); name them with --problems")
    return found[0]


def _asked(row: Row) -> Row:
    """A HumanEval problem without candidates."""
    return {
        "id": row["task_id"],
        "statement": row["prompt"],
        "entry_point": row["entry_point"],
        "samples": [{"assert": text} for text in row["samples"]],
        "inputs": row["input_exprs"],
    }


def codet(row: Row) -> Row:
    """A hundred completions of the prompt, with repetitions, and the tests that the model wrote."""
    programs = [row["prompt"] + body for body in row["unique_solutions"]]
    return _asked(row) | {
        "candidates": [
            {"code": programs[place], "source": "CodeGen-16B", "passed": bool(row["hidden_pass"][place])}
            for place in row["sample_to_solution"]
        ],
        "self_tests": row["unique_tests"],
    }


def strong(row: Row) -> Row:
    """Programs of several models and prompting methods."""
    return _asked(row) | {
        "candidates": [
            {"code": one["code"], "source": one["source"], "passed": bool(one["he_pass"])}
            for one in row["candidates"]
        ],
    }


def livecodebench(row: Row) -> Row:
    """A contest problem with the programs of two models."""
    candidates = [
        {"code": row[name]["code"], "source": name, "passed": bool(row[name]["official_pass"])}
        for name in ("o1mini", "o1preview")
        if row.get(name)
    ]
    pool: Row = {"id": row["question_id"], "statement": row["question_content"], "candidates": candidates}
    samples = [sample for sample in row["public_samples"] if sample.get("verified") is not False]
    if row.get("fn_name"):
        pool |= {"entry_point": row["fn_name"], "starter": row["starter_code"]}
        pool["samples"] = [{"kwargs": one["kwargs"], "expected": one["expected"]} for one in samples]
    else:
        pool["samples"] = [{"stdin": one["stdin"], "stdout": one["stdout"]} for one in samples]
    return pool


def by_id(rows: list[Row], problems: Path, add: Callable[[Row, Row], Row]) -> Iterator[Row]:
    """Problems of another file with what ``rows`` have to add."""
    known = {row["question_id"]: livecodebench(row) for row in rows_of(problems)}
    for row in rows:
        if row["question_id"] in known:
            yield add(known[row["question_id"]], row)


def ablation(problem: Row, row: Row) -> Row:
    """The programs of four conditions of one run, besides those of the problem's own file."""
    more = [
        {
            "code": row[name]["code"],
            "source": f"Qwen3-14B condition {name}",
            "passed": bool(row[name]["passed"]),
        }
        for name in "abcd"
        if row.get(name) and row[name]["code"].strip()
    ]
    return problem | {"candidates": [*more, *problem["candidates"]]}


def tests(problem: Row, row: Row) -> Row:
    """The inputs of tests, without their answers: something to compare outputs on."""
    calls = [call for text in row["tests"] if (call := call_of(text)) is not None]
    return problem | {"inputs": list(dict.fromkeys(calls))}


def call_of(test: str) -> str | None:
    """``f(a=1)`` out of an assert on a method of ``Solution``; None where it has another form."""
    try:
        body = ast.parse(test).body
    except SyntaxError:
        return None
    named = {
        target.id: statement.value
        for statement in body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    last = body[-1] if body else None
    left = last.test.left if isinstance(last, ast.Assert) and isinstance(last.test, ast.Compare) else None
    if not isinstance(left, ast.Call) or not isinstance(left.func, ast.Attribute):
        return None
    words = [named.get(word.value.id, word.value) if isinstance(word.value, ast.Name) else word.value
             for word in left.keywords]  # fmt: skip
    shown = [ast.unparse(argument) for argument in left.args]
    for word, value in zip(left.keywords, words, strict=True):
        shown.append(f"{word.arg}={ast.unparse(value)}" if word.arg else f"**{ast.unparse(value)}")
    return f"{left.func.attr}({', '.join(shown)})"


def only(row: Row, pattern: re.Pattern[str] | None) -> Row:
    """The row with the candidates whose source matches."""
    if pattern is None:
        return row
    kept = [one for one in row["candidates"] if _matches(pattern, one.get("source", ""))]
    return row | {"candidates": kept}


def _matches(pattern: re.Pattern[str], source: str) -> bool:
    return any(pattern.search(name) for name in (source, re.sub(r"(?i)gpt(?=\d)", "GPT-", source)))


def main() -> int:
    """Convert one file; says on standard error what came of it."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", 1)[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the pool; .gz packs it")
    parser.add_argument("--source", default="", help="keep candidates whose source matches this expression")
    parser.add_argument(
        "--problems", type=Path, help=f"where a file by question_id has its problems ({PROBLEMS})"
    )
    options = parser.parse_args()
    try:
        pattern = re.compile(options.source, re.IGNORECASE) if options.source else None
        rows = [only(row, pattern) for row in convert(options.file, options.problems)]
    except (OSError, EOFError, ValueError, KeyError, TypeError, re.error) as error:
        sys.stderr.write(f"{options.file} cannot be converted: {type(error).__name__}: {error}\n")
        return 2
    kept = [row for row in rows if row["candidates"]]
    packed = options.output.suffix == ".gz"
    with gzip.open(options.output, "wt", encoding="utf-8") if packed else options.output.open("w") as file:
        for row in kept:
            file.write(json.dumps(row) + "\n")
    candidates = sum(len(row["candidates"]) for row in kept)
    sys.stderr.write(
        f"{len(kept)} problems, {candidates} candidates; {len(rows) - len(kept)} without any left out\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
