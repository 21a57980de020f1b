"""Pools of recorded candidates: JSON lines, one problem a line.

A row: ``id``, ``statement``, ``candidates`` (``code``, ``passed``, and ``source`` if known); and, where there
are such, ``entry_point``, ``starter``, ``samples`` (each ``stdin`` and ``stdout``, or ``assert``, or
``kwargs`` and ``expected``), ``inputs`` (call expressions, or standard inputs) and ``self_tests`` (assert
statements). ``passed`` is the verdict of tests that only score; nothing but the score reads it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_tui.errors import InputError


@dataclass(frozen=True, slots=True)
class StdinSample:
    stdin: str
    stdout: str


@dataclass(frozen=True, slots=True)
class AssertSample:
    text: str


@dataclass(frozen=True, slots=True)
class CallSample:
    kwargs: Mapping[str, Any]
    expected: Any


PoolSample = StdinSample | AssertSample | CallSample


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recorded program."""

    code: str
    passed: bool
    """Verdict of the scoring tests."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRow:
    """One problem of a pool."""

    line: int
    id: str
    statement: str
    candidates: tuple[Candidate, ...]
    samples: tuple[PoolSample, ...] = ()
    entry_point: str = ""
    starter: str = ""
    inputs: tuple[str, ...] = ()
    self_tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is left out."""

    line: int
    why: str


class _Wrong(ValueError):
    """What is wrong with a row, in words."""


def read_pool(path: Path) -> Iterator[PoolRow | Malformed]:
    """The rows of a pool, ``.gz`` or not, in order; one that cannot be used says why.

    Raises:
        InputError: the file cannot be read as text lines.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _row_or_fault(line, number)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} cannot be unpacked", str(error), "name a whole gzip file") from error
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"{path} cannot be read", why, "name a pool: a file of JSON lines") from error


def _row_or_fault(line: bytes, number: int) -> PoolRow | Malformed:
    try:
        return row_of(json.loads(line.strip()), number)
    except _Wrong as error:
        return Malformed(number, str(error))
    except (ValueError, RecursionError) as error:
        return Malformed(number, f"not JSON: {str(error)[:100] or 'nested too deeply'}")


def row_of(row: Any, line: int) -> PoolRow:
    """The row as values. Raises: ValueError, which says what is wrong with it."""
    if not isinstance(row, dict):
        raise _Wrong("not an object")
    if "id" not in row or not isinstance(row["id"], str | int) or isinstance(row["id"], bool):
        raise _Wrong("id is missing or not a text")
    candidates = _list(row, "candidates", required=True)
    if not candidates:
        raise _Wrong("there are no candidates")
    return PoolRow(
        line=line,
        id=str(row["id"]),
        statement=_text(row, "statement", required=True),
        candidates=tuple(_candidate(one, place) for place, one in enumerate(candidates, 1)),
        samples=_samples(row),
        entry_point=_text(row, "entry_point"),
        starter=_text(row, "starter"),
        inputs=_texts(row, "inputs"),
        self_tests=_texts(row, "self_tests"),
    )


def _samples(row: dict[str, Any]) -> tuple[PoolSample, ...]:
    samples = tuple(_sample(one, place) for place, one in enumerate(_list(row, "samples"), 1))
    kinds = {isinstance(sample, StdinSample) for sample in samples}
    if len(kinds) > 1:
        raise _Wrong("some samples are standard inputs and some are calls")
    if any(isinstance(sample, CallSample) for sample in samples) and not _text(row, "entry_point"):
        raise _Wrong("samples with kwargs need an entry_point")
    return samples


def _candidate(one: Any, place: int) -> Candidate:
    if not isinstance(one, dict):
        raise _Wrong(f"candidate {place} is not an object")
    code, passed, source = one.get("code"), one.get("passed"), one.get("source")
    if not isinstance(code, str):
        raise _Wrong(f"candidate {place}: code is missing or not a text")
    if not isinstance(passed, bool):
        raise _Wrong(f"candidate {place}: passed is missing or neither true nor false")
    return Candidate(code, passed, source if isinstance(source, str) else "")


def _sample(one: Any, place: int) -> PoolSample:
    match one:
        case {"stdin": str(stdin), "stdout": str(stdout)}:
            return StdinSample(stdin, stdout)
        case {"assert": str(text)} if text.strip():
            return AssertSample(text)
        case {"kwargs": dict(kwargs), "expected": expected}:
            return CallSample(kwargs, expected)
    raise _Wrong(f"sample {place} is none of stdin and stdout, assert, kwargs and expected")


def _text(row: dict[str, Any], key: str, *, required: bool = False) -> str:
    value = row.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise _Wrong(f"{key} is {'missing or ' if value is None else ''}not a text")
    return value


def _list(row: dict[str, Any], key: str, *, required: bool = False) -> list[Any]:
    value = row.get(key)
    if value is None and not required:
        return []
    if not isinstance(value, list):
        raise _Wrong(f"{key} is {'missing or ' if value is None else ''}not a list")
    return value


def _texts(row: dict[str, Any], key: str) -> tuple[str, ...]:
    values = _list(row, key)
    if not all(isinstance(value, str) for value in values):
        raise _Wrong(f"{key} holds something that is not a text")
    return tuple(values)
