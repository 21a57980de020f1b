"""Read a problem: its statement, samples, mode, entry point and limits, as the first stage of the method."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from atlas_tui.problem import Limits, Mode, Problem, Sample
from atlas_tui.solver.read_blocks import Pair, read_pairs
from atlas_tui.solver.read_calls import (
    InlineCall,
    Parameter,
    Signature,
    call_of,
    doctests,
    inline_calls,
    sample_of,
    sentences,
    signatures,
)
from atlas_tui.solver.read_limits import read_limits
from atlas_tui.solver.read_text import clean_text
from atlas_tui.solver.read_values import Unreadable

NO_SAMPLES = "no samples found"
MAX_SAMPLES = 100
MAX_NOTES = 12
DEFAULT_NAME = "solve"
"""The function's name when the statement shows arguments but names no function."""

_ASSIGNMENT = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)")
_NEXT_ASSIGNMENT = re.compile(r",?[ \t]*\n(?=[ \t]*[A-Za-z_]\w*[ \t]*=(?!=))")
_STRINGS_AND_WORDS = re.compile(
    r"\w+[ \t]*=(?!=)|'[^'\n]*'|\"[^\"\n]*\"|\b(?:true|false|null|none)\b", re.IGNORECASE
)
_SHOWN = 60


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    samples: list[Sample] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *samples: Sample) -> None:
        for sample in samples:
            if len(self.samples) == MAX_SAMPLES:
                self.note(f"only the first {MAX_SAMPLES} samples are used")
            elif sample not in self.samples:
                self.samples.append(sample)

    def note(self, text: str) -> None:
        if len(self.notes) < MAX_NOTES and text not in self.notes:
            self.notes.append(text)

    def unreadable(self, what: str, why: object) -> None:
        shown = " ".join(what.split())
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
        self.note(f"a sample could not be read: {why} ({shown})")


def read_problem(text: str | bytes, source: str = "") -> Problem:
    """The problem in a statement of any of the usual layouts.

    ``notes`` say what the reader was unsure of; a sample that cannot be read becomes a note, never a guess.

    Raises:
        InputError: the text is empty, binary or too large.
    """
    statement = clean_text(text)
    pairs = read_pairs(statement)
    signature = _asked(signatures(statement), statement, bool(pairs))
    problem = _function(statement, pairs, signature) or _program(statement, pairs, signature)
    return replace(problem, limits=read_limits(statement, Limits()), source=source)


def _asked(found: list[Signature], statement: str, has_pairs: bool) -> Signature | None:
    """The function that the statement asks for, of those it mentions."""
    methods = [each for each in found if _is_method(each) and not each.name.startswith("_")]
    if methods:
        return methods[0]
    called = {call[0] for code, _ in doctests(statement) if (call := call_of(code, frozenset()))}
    tested = [each for each in found if each.name in called]
    if tested:
        return tested[-1]
    outside = [each for each in found if not each.text.startswith("class ")]
    stubs = [each for each in outside if each.stub and (each.asked or not has_pairs)]
    if any(each.written for each in stubs):
        return stubs[-1]  # Helpers come first, what is to be completed last.
    return next(iter(stubs), None) if stubs or has_pairs else next(reversed(outside), None)


def _function(statement: str, pairs: list[Pair], signature: Signature | None) -> Problem | None:
    """The problem as one that asks for a function; None when it reads as a program."""
    reading = _Reading()
    for pair in pairs:
        _function_pair(pair, signature, reading)
    called = _Reading()
    name = _called(statement, signature, called, strict=bool(pairs))
    assigned = bool(pairs) and all(_ASSIGNMENT.match(pair.given) for pair in pairs)
    if pairs and not reading.samples and not called.samples and not (assigned or _is_method(signature)):
        return None
    if not name and not (assigned and reading.samples):
        return None
    if signature is not None and not signature.asked and not called.samples and not reading.samples:
        return None
    reading.add(*called.samples)
    notes = [*reading.notes, *called.notes]
    if not name:
        name, signature = DEFAULT_NAME, _derived(pairs[0])
        notes.insert(0, f"the statement names no function; it will be called {signature.text[4:-1]}")
    if not reading.samples:
        notes.insert(0, NO_SAMPLES)
    return Problem(
        statement=statement,
        mode=Mode.FUNCTION,
        samples=tuple(reading.samples),
        entry_point=name,
        signature=signature.text if signature and signature.name == name else "",
        notes=tuple(notes),
    )


def _is_method(signature: Signature | None) -> bool:
    return signature is not None and signature.text.startswith("class Solution")


def _function_pair(pair: Pair, signature: Signature | None, reading: _Reading) -> None:
    """One Input/Output block whose input is arguments: named, in a call, or plain values."""
    if signature is None and not _ASSIGNMENT.match(pair.given):
        return
    _add(_inside(pair.given, signature), pair.expected, signature, reading, exact=True)


def _inside(given: str, signature: Signature | None) -> str:
    """The arguments as they would stand between the brackets of a call."""
    names = frozenset([signature.name]) if signature else frozenset()
    call = call_of(given.strip(), names) if signature else None
    if call is not None and not call[2].strip():
        return call[1]
    if _ASSIGNMENT.match(given):
        return _NEXT_ASSIGNMENT.sub(", ", given)
    lines = [line.strip().rstrip(",") for line in given.split("\n") if line.strip()]
    if signature is not None and len(lines) == len(signature.parameters) > 1:
        return ", ".join(lines)
    return given


def _derived(pair: Pair) -> Signature:
    """A signature from the names that a sample gives its arguments."""
    names = _ASSIGNMENT.findall(pair.given)
    names += re.findall(r"[,\n]\s*([A-Za-z_]\w*)\s*=(?!=)", pair.given)
    unique = tuple(dict.fromkeys(names))
    text = f"def {DEFAULT_NAME}({', '.join(unique)}):"
    return Signature(DEFAULT_NAME, tuple(Parameter(name) for name in unique), "", text, True)


def _called(statement: str, signature: Signature | None, reading: _Reading, strict: bool) -> str:
    """Read samples given as calls; the name of the function they call.

    ``strict``: the statement has input and output blocks as well, so only calls of the function
    it asks for count.
    """
    if strict and signature is None:
        return ""
    name = signature.name if signature else ""
    for code, printed in doctests(statement):
        name = _doctest(code, printed, name, signature, reading) or name
    calls = list(inline_calls(_without_doctests(statement), frozenset([name] if name else [])))
    if not name:
        strong = [call.name for call in calls if call.strong]
        calls = [call for call in calls if strong and call.name == strong[0] and call.strong]
    for call in _examples(calls):
        name = _inline(call, signature, reading) or name
    if signature is not None and signature.known:
        for inside, value in sentences(statement):
            _add(inside, value, signature, reading, exact=False)
    return name


def _examples(calls: list[InlineCall]) -> list[InlineCall]:
    """Without the equations of a recurrence: ``f(1) = 3`` counts only after the last ``f(n) = …``."""
    last = max((at for at, call in enumerate(calls) if _is_equation(call)), default=-1)
    return [call for at, call in enumerate(calls) if call.compared and (call.strong or at > last)]


def _is_equation(call: InlineCall) -> bool:
    line = call.value.split("\n", 1)[0]
    return not _is_concrete(call) or (call.compared and not call.strong and f"{call.name}(" in line)


def _is_concrete(call: InlineCall) -> bool:
    return re.search(r"[A-Za-z_]", _STRINGS_AND_WORDS.sub("", call.inside)) is None


def _doctest(code: str, printed: str, name: str, signature: Signature | None, reading: _Reading) -> str:
    """Read one ``>>>`` line; the name of the function it calls, or empty."""
    call = call_of(code, frozenset([name] if name else []))
    if call is None:
        if name and f"{name}(" in code:
            reading.unreadable(f"{code} → {printed}", "it is not a plain call")
        return ""
    called, inside, rest = call
    compared = re.fullmatch(r"\s*==(.+)", rest, re.DOTALL)
    if compared is not None and printed in ("", "True"):
        printed, rest = compared[1], ""
    if rest.strip():
        reading.unreadable(f"{code} → {printed}", "it is not a plain call")
        return ""
    return called if _add(inside, printed or "None", signature, reading, exact=True) else ""


def _inline(call: InlineCall, signature: Signature | None, reading: _Reading) -> str:
    aside = _Reading() if not (call.strong and _is_concrete(call)) else reading
    if not _add(call.inside, call.value, signature, aside, exact=False):
        return ""
    reading.add(*aside.samples[-1:])
    return call.name


def _add(inside: str, expected: str, signature: Signature | None, reading: _Reading, exact: bool) -> bool:
    try:
        reading.add(sample_of(inside, expected, signature, exact))
    except Unreadable as error:
        line = expected.strip().split("\n")[0]
        reading.unreadable(f"{inside} → {line}", error)
        return False
    return True


def _without_doctests(statement: str) -> str:
    return "\n".join(line for line in statement.split("\n") if not line.lstrip(" \t>").startswith(">>"))


def _program(statement: str, pairs: list[Pair], signature: Signature | None) -> Problem:
    reading = _Reading()
    for number, pair in enumerate(pairs, 1):
        if _calls_methods(pair.given, statement):
            reading.unreadable(pair.given, "it calls the methods of a class")
            continue
        if not pair.expected.strip():
            reading.unreadable(pair.given, "it has no output")
            continue
        reading.add(Sample(given=_lines(pair.given), expected=_lines(pair.expected)))
        if pair.unsure:
            reading.note(f"sample {number}: {pair.unsure}")
    if not reading.samples:
        reading.notes.insert(0, NO_SAMPLES)
    if signature is not None:
        reading.notes.append(
            f"the statement gives a function {signature.name}, but its samples look like standard input:"
            " read as a program"
        )
    return Problem(
        statement=statement, mode=Mode.PROGRAM, samples=tuple(reading.samples), notes=tuple(reading.notes)
    )


def _calls_methods(given: str, statement: str) -> bool:
    """``["Stack", "push", …]`` with a class ``Stack`` in the statement: a list of calls, no input."""
    first = re.match(r'\[\s*"(\w+)"', given)
    return (
        first is not None and re.search(rf"^[ \t>]*class {first[1]}\b", statement, re.MULTILINE) is not None
    )


def _lines(text: str) -> str:
    return f"{text}\n" if text else ""
