"""The steps and results in ``steps/*.toml``, joined with their references."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.problems.references_lists import ITEMS, LISTS
from training.problems.references_others import GRIDS, NUMBERS, TEXTS
from training.problems.references_results import RESULTS
from training.problems.step import Kind, Result, Step

_FOLDER = Path(__file__).parent / "steps"
# The order decides what a seed draws: a new file or step belongs at the end, or all problems change.
_STEP_FILES = ("list_items", "list_picks", "list_order", "list_folds", "text", "numbers", "grids", "bridges")
_RESULT_FILES = ("results_lists", "results_others")
_REFERENCES: Mapping[str, Callable[..., Any]] = {**ITEMS, **LISTS, **TEXTS, **NUMBERS, **GRIDS}

_NAMES = {Kind.INTS: ("x", "ys"), Kind.WORDS: ("w", "vs")}
"""By kind of list: an item, and the list that is being made."""

Row = Mapping[str, Any]
Codes = tuple[str, str, str]


def _keep(row: Row, source: Kind, target: Kind) -> Codes:
    (item, new), test = _NAMES[source], row["keep"]
    append = f"        {new}.append({item})"
    return (
        f"{source} = [{item} for {item} in {source} if {test}]",
        f"{new} = []\nfor {item} in {source}:\n    if {test}:\n{append}\n{source} = {new}",
        f"{source} = list(filter(lambda {item}: {test}, {source}))",
    )


def _each(row: Row, source: Kind, target: Kind) -> Codes:
    (item, _), (_, new), change = _NAMES[source], _NAMES[target], row["each"]
    return (
        f"{target} = [{change} for {item} in {source}]",
        f"{new} = []\nfor {item} in {source}:\n    {new}.append({change})\n{target} = {new}",
        f"{target} = list(map(lambda {item}: {change}, {source}))",
    )


def _keep_characters(row: Row, source: Kind, target: Kind) -> Codes:
    test = row["keep_characters"]
    return (
        f's = "".join(c for c in s if {test})',
        f't = ""\nfor c in s:\n    if {test}:\n        t += c\ns = t',
        f's = "".join(filter(lambda c: {test}, s))',
    )


def _each_cell(row: Row, source: Kind, target: Kind) -> Codes:
    compact = f"g = [[{row['each_cell']} for x in row] for row in g]"
    append = f"        h[-1].append({row['each_cell']})"
    return compact, f"h = []\nfor row in g:\n    h.append([])\n    for x in row:\n{append}\ng = h", compact


def _each_row(row: Row, source: Kind, target: Kind) -> Codes:
    change = row["each_row"]
    return (
        f"xs = [{change} for row in g]",
        f"xs = []\nfor row in g:\n    xs.append({change})",
        row.get("library", f"xs = list(map(lambda row: {change}, g))"),
    )


def _each_column(row: Row, source: Kind, target: Kind) -> Codes:
    change = row["each_column"]
    compact = f"xs = [{change} for col in zip(*g)]"
    append = f"    col = [row[j] for row in g]\n    xs.append({change})"
    return compact, f"xs = []\nfor j in range(len(g[0])):\n{append}", row.get("library", compact)


def _written(row: Row, source: Kind, target: Kind) -> Codes:
    """Code that is written out; where an approach adds nothing, the compact code serves."""
    return row["compact"], row.get("loops", row["compact"]), row.get("library", row["compact"])


_CODE: Mapping[str, Callable[[Row, Kind, Kind], Codes]] = {
    "keep": _keep,
    "each": _each,
    "keep_characters": _keep_characters,
    "each_cell": _each_cell,
    "each_row": _each_row,
    "each_column": _each_column,
    "compact": _written,
}

_APPLY: Mapping[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "keep": lambda f: lambda items, **params: [x for x in items if f(x, **params)],
    "each": lambda f: lambda items, **params: [f(x, **params) for x in items],
    "keep_characters": lambda f: lambda s, **params: "".join(c for c in s if f(c, **params)),
    "each_cell": lambda f: lambda g, **params: [[f(x, **params) for x in row] for row in g],
    "each_row": lambda f: lambda g: [f(row) for row in g],
    "each_column": lambda f: lambda g: [f([row[j] for row in g]) for j in range(len(g[0]))],
    "compact": lambda f: f,
}
"""How the reference of one item becomes that of the whole value."""


def _values(entry: Any) -> Sequence[Any]:
    if isinstance(entry, dict):
        return range(entry["first"], entry["last"] + 1)
    values: Sequence[Any] = entry
    return values


def _params(row: Row) -> dict[str, Sequence[Any]]:
    return {name: _values(entry) for name, entry in row.get("params", {}).items()}


def _rows(files: Sequence[str], table: str) -> Iterator[Row]:
    for name in files:
        yield from tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))[table]


def _step(row: Row) -> Step:
    source = Kind[row["from"].upper()]
    target = Kind[row["to"].upper()] if "to" in row else source
    form = next(form for form in _CODE if form in row)
    return Step(
        name=row["name"],
        source=source,
        target=target,
        phrase=row["phrase"],
        wordings=(row["phrase"], *row["wordings"]),
        code=_CODE[form](row, source, target),
        apply=_APPLY[form](_REFERENCES[row["name"]]),
        params=_params(row),
        twin=row.get("twin", ""),
        open_wordings=tuple(row.get("open_wordings", ())),
        issue=row.get("issue", ""),
        last=row.get("last", False),
    )


def _result(row: Row) -> Result:
    source = Kind[row["from"].upper()]
    return Result(
        name=row["name"],
        source=source,
        phrase=row["phrase"],
        wordings=(row["phrase"], *row["wordings"]),
        code=_written(row, source, source),
        apply=RESULTS[row["name"]],
        params=_params(row),
        show=row.get("show", "print({answer})"),
        edge=row.get("edge", ""),
    )


def load_steps() -> dict[str, Step]:
    """All steps by name, in the order that drawing relies on."""
    return {step.name: step for step in map(_step, _rows(_STEP_FILES, "step"))}


def load_results() -> dict[str, Result]:
    """All results by name, in the order that drawing relies on."""
    return {end.name: end for end in map(_result, _rows(_RESULT_FILES, "result"))}
