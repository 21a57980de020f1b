"""From what test tools tell in their machine formats to test cases, whatever is in there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from xml.parsers import expat

from atlas_tui.project.base import Outcome, TestCase
from atlas_tui.project.runners.orders import Reading, Told, clean
from atlas_tui.project.runners.words import complaint

MOST_CASES = 100_000
_ID, _MESSAGE, _DETAIL, _PLACES = 2_000, 500, 8_100, 30
_DETAILS = 4_000_000
"""Characters of all details of a report together."""
_WORST = (Outcome.ERROR, Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED)
_PRINTED = re.compile(r"(?<![\w./-])([\w./-]+\.[A-Za-z]{1,5})(?:[\"']?, line |[:(]\[?)(\d{1,7})\b")
"""File and line as most tools print them."""
_XML_ELEMENTS, _XML_DEPTH = 400_000, 50


class BadReport(ValueError):
    """A report that cannot be read; the text says why."""


def case(
    test: object, outcome: Outcome, *, seconds: object = 0.0, message: object = "", detail: object = "",
    places: object = (),
) -> TestCase:  # fmt: skip
    """A test case out of values that may be anything."""
    took = float(seconds) if isinstance(seconds, int | float) and not isinstance(seconds, bool) else 0.0
    return TestCase(
        id=clean(test)[:_ID],
        outcome=outcome,
        seconds=took if math.isfinite(took) and took >= 0 else 0.0,
        message=" ".join(clean(message).split())[:_MESSAGE],
        detail=shortened(clean(detail), _DETAIL),
        places=_places(places),
    )


def _places(told: object) -> tuple[tuple[str, int], ...]:
    found = []
    for one in told if isinstance(told, list | tuple) else ():
        if isinstance(one, list | tuple) and len(one) == 2 and isinstance(one[1], int) and one[1] > 0:
            found.append((clean(one[0]), int(one[1])))
    return tuple(found[-_PLACES:])


def shortened(text: str, most: int) -> str:
    """Begin and end of ``text``."""
    if len(text) <= most:
        return text
    half = max(0, most // 2 - 20)
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters ...]\n{text[len(text) - half :]}"


def by_id(cases: Iterable[TestCase]) -> dict[str, TestCase]:
    """The cases in order; of those with the same id the worst counts, so that none can be overwritten.

    Of too many, and of their details, the rest is left out.
    """
    found: dict[str, TestCase] = {}
    room = _DETAILS
    for one in cases:
        known = found.get(one.id)
        if known is None and (not one.id or len(found) >= MOST_CASES):
            continue
        if known is not None and _WORST.index(known.outcome) <= _WORST.index(one.outcome):
            continue
        room -= len(one.detail)
        found[one.id] = one if room >= 0 else replace(one, detail="")
    return found


def step_case(step: tuple[str, int | None, str]) -> TestCase:
    """The command line, exit code and output of a step as one test."""
    name, code, printed = step
    if code == 0:
        return case(name, Outcome.PASSED)
    ending = "it did not end" if code is None else f"it ended with {code}"
    last = complaint(printed)
    message = f"{ending}: {last}" if last else ending
    return case(name, Outcome.FAILED, message=message, detail=printed, places=_printed_places(printed))


def _printed_places(text: str) -> list[tuple[str, int]]:
    """Innermost last: most tools begin with that, Python ends with it."""
    found = [(file, int(line)) for file, line in _PRINTED.findall(text)]
    return found if "Traceback (most recent call last)" in text else found[::-1]


# --- our own reporters


def reported(told: Told) -> Reading:
    """What our reporters in pytest, unittest and node tell (``runners/inside``)."""
    cases: list[TestCase] = []
    whole, begun = False, dict[str, None]()
    for value, _ in told.objects():
        kind, test = value.get("kind"), clean(value.get("id", ""))
        if kind == "start":
            begun[test] = None
        elif kind == "over":
            begun.pop(test, None)
        elif kind == "case":
            begun.pop(test, None)
            cases.append(_reported_case(value))
        elif kind == "end":
            whole = value.get("whole") is True
    running = next(reversed(begun), "")
    return Reading(cases=tuple(cases), whole=whole and not begun, running=running)


def _reported_case(value: Mapping[str, Any]) -> TestCase:
    told = value.get("outcome")
    outcome = Outcome(told) if told in [str(one) for one in Outcome] else Outcome.ERROR
    return case(
        value.get("id", ""), outcome, seconds=value.get("seconds"), message=value.get("message", ""),
        detail=value.get("detail", ""), places=value.get("places"),
    )  # fmt: skip


# --- JUnit XML


class _JUnit:
    """Reads one document; entities are refused, whatever they are for."""

    def __init__(self) -> None:
        self.cases: list[TestCase] = []
        self._path: list[str] = []
        self._elements = 0
        self._open: dict[str, Any] | None = None
        self._text: list[str] = []

    def parse(self, text: str) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        try:
            parser.Parse(text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            raise BadReport(f"it is no XML: {error}") from error

    def _start(self, name: str, values: dict[str, str]) -> None:
        self._path.append(name)
        self._elements += 1
        if len(self._path) > _XML_DEPTH or self._elements > _XML_ELEMENTS:
            raise BadReport("it is nested too deep, or too long")
        self._text.clear()
        if name == "testcase":
            # CTest tells of a disabled test by this alone.
            was_run = values.get("status") not in ("disabled", "notrun")
            self._open = {"outcome": Outcome.PASSED if was_run else Outcome.SKIPPED, "values": values}
            self._open |= dict.fromkeys(("message", "detail", "printed"), "")
        elif self._open is not None and name in ("failure", "error", "skipped"):
            worse = {"failure": Outcome.FAILED, "error": Outcome.ERROR, "skipped": Outcome.SKIPPED}[name]
            if self._open["outcome"] in (Outcome.PASSED, Outcome.SKIPPED):
                self._open |= {"outcome": worse, "message": values.get("message", "")}

    def _end(self, name: str) -> None:
        self._path.pop()
        text = "".join(self._text)
        self._text.clear()
        if self._open is None:
            return
        if name in ("failure", "error") and not self._open["detail"]:
            self._open["detail"] = text
        elif name == "system-out":
            self._open["printed"] = text
        elif name == "testcase":
            self.cases.append(self._case(self._open))
            self._open = None

    def _case(self, told: dict[str, Any]) -> TestCase:
        values, outcome = told["values"], told["outcome"]
        parts = [values.get("file") or values.get("classname"), values.get("name")]
        bad = outcome in (Outcome.FAILED, Outcome.ERROR)
        detail = told["detail"] or (told["printed"] if bad else "")
        message = told["message"] or complaint("\n".join(detail.splitlines()[:1]) or detail)
        return case(
            "::".join(part for part in parts if part), outcome, detail=detail, message=message,
            seconds=_seconds(values.get("time", "")), places=_printed_places(detail),
        )  # fmt: skip


def _refuse(*_: object) -> None:
    raise BadReport("it declares entities or a document type, which no report needs")


def _seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else 0.0


def junit(text: str) -> tuple[TestCase, ...]:
    """The cases of a JUnit XML document, with ids ``classname::name``.

    Raises:
        BadReport: it is none, or declares entities, or is too deep or too long.
    """
    reader = _JUnit()
    reader.parse(text)
    return tuple(reader.cases)
