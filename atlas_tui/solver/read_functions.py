"""Samples of a function, from every way in which a statement shows its calls."""

from __future__ import annotations

import re

from atlas_tui.solver.read_arguments import sample_of
from atlas_tui.solver.read_calls import InlineCall, arrows, asserted, inline_calls, sentences
from atlas_tui.solver.read_doctests import NO_CALL, Uncalled, doctests, is_prompt, session
from atlas_tui.solver.read_reading import Reading, shown
from atlas_tui.solver.read_signatures import Signature
from atlas_tui.solver.read_values import Unreadable

_STRINGS_AND_WORDS = re.compile(
    r"\w+[ \t]*=(?!=)|'[^'\n]*'|\"[^\"\n]*\"|\b(?:true|false|null|none)\b", re.IGNORECASE
)
_CHECKED = re.compile(r"^[ \t>]*def check\(candidate\b", re.MULTILINE)


def read_calls(text: str, signature: Signature | None, reading: Reading, has_pairs: bool) -> str:
    """Read samples given as calls; the name of the function they call.

    ``has_pairs``: the statement has input and output blocks as well, so only calls of the function it asks
    for count, and sentences are left alone.
    """
    if has_pairs and signature is None:
        return ""
    name = signature.name if signature else ""
    others = frozenset(["candidate"]) if _CHECKED.search(text) else frozenset()
    name = _calls(text, name, others, signature, reading) or name
    if signature is None or not signature.known:
        return name
    if not has_pairs and not reading.samples:
        _misnamed(text, signature, reading)
    if not has_pairs:
        _said(text, signature, reading)
    if not has_pairs and not reading.samples and signature.asked:
        _arrowed(text, signature, reading)
    return name


def _calls(
    text: str, name: str, others: frozenset[str], signature: Signature | None, reading: Reading
) -> str:
    returns = signature.returns if signature else ""
    tests = doctests(text)
    for shown_call in session(tests, frozenset([name]) if name else frozenset(), returns):
        if isinstance(shown_call, Uncalled):
            reading.unreadable(f"{shown_call.code} → {shown_call.printed}", NO_CALL)
        elif not name or shown_call.name == name:
            added = reading.call(shown_call.inside, shown_call.expected, signature, exact=True)
            name = shown_call.name if added else name
            if added and shown_call.unsure:
                reading.note(shown_call.unsure)
    names = frozenset([name]) | others if name else frozenset()
    rest = _without_doctests(text)
    calls = [*inline_calls(rest, names), *asserted(rest, names)]
    if not name:
        strong = [call.name for call in calls if call.strong and _is_concrete(call)]
        calls = [call for call in calls if strong and call.name == strong[0] and call.strong]
    for call in _examples(calls):
        name = _inline(call, signature, reading) or name
    _unanswered(calls, signature, reading)
    return "" if name in others else name


def _examples(calls: list[InlineCall]) -> list[InlineCall]:
    """Without the equations of a recurrence: ``f(1) = 3`` counts only after the last ``f(n) = …``."""
    last = max((at for at, call in enumerate(calls) if _is_equation(call)), default=-1)
    return [call for at, call in enumerate(calls) if call.compared and (call.strong or at > last)]


def _is_equation(call: InlineCall) -> bool:
    line = call.value.split("\n", 1)[0]
    return not _is_concrete(call) or (call.sign == "=" and f"{call.name}(" in line)


def _is_concrete(call: InlineCall) -> bool:
    return re.search(r"[A-Za-z_]", _STRINGS_AND_WORDS.sub("", call.inside)) is None


def _inline(call: InlineCall, signature: Signature | None, reading: Reading) -> str:
    aside = reading if call.strong and _is_concrete(call) else Reading()
    if not aside.call(call.inside, call.value, signature, exact=False):
        return ""
    reading.add(*aside.samples[-1:])
    return call.name


def _unanswered(calls: list[InlineCall], signature: Signature | None, reading: Reading) -> None:
    """Tell the first call with plain arguments whose result was not found."""
    if signature is None or not signature.known or reading.notes:
        return
    known = {sample.given for sample in reading.samples}
    for call in calls:
        if not call.inside.strip() or not _is_concrete(call):
            continue
        try:
            given = sample_of(call.inside, "0", signature, exact=True).given
        except Unreadable:
            continue
        if given not in known:
            reading.note(f"a call shows no result ({shown(f'{call.name}({call.inside})')})")
            return


def _misnamed(text: str, signature: Signature, reading: Reading) -> None:
    """The examples call the function by one other name, which the statement does not define."""
    aside = Reading()
    calls = [call for call in inline_calls(_without_doctests(text), frozenset()) if call.strong]
    found = {call.name for call in calls}
    typed = session(doctests(text), frozenset(), "")
    found |= {each.name for each in typed if not isinstance(each, Uncalled)}
    found -= {signature.name}
    if len(found) != 1 or f"def {(other := next(iter(found)))}" in text:
        return
    _calls(text, other, frozenset(), signature, aside)
    if aside.samples:
        reading.add(*aside.samples)
        reading.note(f"the examples call {other}; they were read as calls of {signature.name}")


def _said(text: str, signature: Signature, reading: Reading) -> None:
    for inside, value in sentences(text):
        try:
            reading.add(sample_of(inside, value, signature, exact=False))
        except Unreadable as error:
            if not reading.samples:
                reading.unreadable(f"{inside} → {value}", error)


def _arrowed(text: str, signature: Signature, reading: Reading) -> None:
    for inside, value in arrows(text):
        for given in (inside, inside[1:-1] if inside[:1] == "(" and inside[-1:] == ")" else inside):
            try:
                reading.add(sample_of(given, value, signature, exact=True))
            except Unreadable:
                continue
            reading.note("lines of values with an arrow were taken for calls and results")
            break


def _without_doctests(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not is_prompt(line))
