"""Other values of the same type: what mutation of a sample's arguments or fields is made of.

Each value keeps its type and stays within the bounds that the statement gives. Where it gives none, a value
stays close to those of the samples: of the same sign, of the same letters, of a length that a sample could
have had. An input that the statement forbids says nothing about a program that fails on it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atlas_tui.solver.constraints import Bound, Constraints, Of

_LONGEST = 60
"""Most elements of a value that was made longer: inputs are to be many, not large."""
_FREE = Bound()
_TELLING = 6
"""Elements seen in samples from which on their order and distinctness are taken for a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What is known about one argument or field."""

    value: Bound = _FREE
    length: Bound = _FREE
    inner_length: Bound = _FREE
    letters: str = ""
    fixed_length: bool = False
    """Its length is given elsewhere in the input."""
    ascending: bool = False
    """Its elements are in order in every sample."""
    distinct: bool = False
    """No element stands twice in any sample."""
    permutation: bool = False
    """Its elements are the numbers from 1, or from 0, in every sample."""

    @classmethod
    def named(cls, name: str, constraints: Constraints, seen: Sequence[Any] = ()) -> Role:
        """What a statement's constraints say of the argument ``name``, and its values ``seen`` in samples."""
        lists = [list(value) for value in seen if isinstance(value, list | tuple) and len(value) > 1]
        flat = [items for items in lists if all(_plain_number(item) for item in items)]
        telling = len(flat) == len(lists) and sum(map(len, flat)) >= _TELLING
        own = constraints.of(name, Of.VALUE)
        return cls(
            value=own if own != _FREE else constraints.of(name, Of.ELEMENT),
            length=constraints.of(name, Of.LENGTH),
            inner_length=constraints.of(name, Of.INNER_LENGTH),
            letters=constraints.letters.get(name, constraints.letters.get("", "")),
            ascending=telling and all(items == sorted(items) for items in flat),
            distinct=telling and all(len(set(items)) == len(items) for items in flat),
            permutation=telling and all(_is_permutation(items) for items in flat),
        )


def _plain_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_permutation(items: list[Any]) -> bool:
    return set(items) in (set(range(len(items))), set(range(1, len(items) + 1))) and len(items) == len(
        set(items)
    )


def changed(value: Any, role: Role, rng: random.Random, values: Mapping[str, int] | None = None) -> Any:
    """Another value of the type of ``value``; the same one where no other is known to be allowed.

    ``values`` are what other names of the input stand for, for bounds such as ``k < n``.
    """
    known = values or {}
    match value:
        case bool():
            return rng.random() < 0.5
        case int():
            return integer(value, role.value, rng, known)
        case float():
            return _real(value, role.value, rng)
        case str():
            return text(value, role, rng)
        case list() | tuple():
            made = _sequence(list(value), role, rng, known)
            return tuple(made) if isinstance(value, tuple) else made
        case dict():
            return {key: changed(item, role, rng, known) for key, item in value.items()}
        case set() | frozenset():
            return type(value)(_sequence(sorted(value, key=repr), role, rng, known))
        case _:
            return value


def integer(value: int, bound: Bound, rng: random.Random, values: Mapping[str, int] | None = None) -> int:
    """A near, a far, a small or an extreme integer."""
    top = bound.top(values or {})
    choices = [value - 1, value + 1, value * 2, value // 2, value + rng.randint(-5, 5)]
    if bound.low is not None:
        choices += [bound.low, bound.low, bound.low + 1, bound.low + rng.randint(0, 9)]
    if top is not None:
        choices += [top, top - 1]
    if bound.low is not None and top is not None and top >= bound.low:
        choices.append(rng.randint(bound.low, min(top, bound.low + 50)))
    elif bound.low is None:
        # Nothing says that zero or another sign is allowed.
        choices = [other for other in choices if (other > 0) == (value > 0) and (other < 0) == (value < 0)]
    allowed = [other for other in choices if bound.within(other, values)]
    return rng.choice(allowed) if allowed else value


def _real(value: float, bound: Bound, rng: random.Random) -> float:
    choices = [value + 1, value - 1, value * 2, value / 2, round(value), value + 0.5]
    allowed = [
        float(other)
        for other in choices
        if math.isfinite(other)
        and bound.within(other)
        and (bound.low is not None or (other > 0) == (value > 0))
    ]
    return rng.choice(allowed) if allowed else value


def text(value: str, role: Role, rng: random.Random) -> str:
    """A text of the same letters, or of those that the statement allows."""
    letters = role.letters or "".join(sorted(set(value)))
    fields = value.split(" ")
    if not role.letters and len(fields) > 1:
        return _words(fields, role, rng)
    made = list(value)
    if not letters:
        return value
    kind = rng.randrange(6)
    if kind == 0 and made:
        made[rng.randrange(len(made))] = rng.choice(letters)
    elif kind == 1:
        rng.shuffle(made)
    elif kind == 2:
        made = made[::-1]
    elif kind == 3 and made:
        del made[rng.randrange(len(made))]
    elif kind == 4:
        made.insert(rng.randint(0, len(made)), rng.choice(made or letters))
    else:
        made = [rng.choice(letters) for _ in range(max(1, len(made) + rng.randint(-2, 2)))]
    return "".join(made) if _fits(len(made), len(value), role) else "".join(rng.sample(value, len(value)))


def _words(fields: list[str], role: Role, rng: random.Random) -> str:
    kind = rng.randrange(3)
    if kind == 0 and len(fields) > 2 and not role.fixed_length:
        del fields[rng.randrange(len(fields))]
    elif kind == 1:
        fields[rng.randrange(len(fields))] = rng.choice(fields)
    else:
        rng.shuffle(fields)
    return " ".join(fields)


def _fits(length: int, before: int, role: Role) -> bool:
    if role.fixed_length and length != before:
        return False
    return role.length.within(length) and (length > 0 or before == 0 or role.length.low == 0)


def _sequence(items: list[Any], role: Role, rng: random.Random, values: Mapping[str, int]) -> list[Any]:
    """Some elements changed, removed, repeated or in another order; what all samples keep to is kept."""
    if not items:
        return items
    if role.permutation:
        return rng.sample(items, len(items))
    made = _rearranged(items, role, rng, values)
    if role.distinct:
        made = list(dict.fromkeys(made))
    if role.ascending:
        made.sort()
    return made if _fits(len(made), len(items), role) else items


def _rearranged(items: list[Any], role: Role, rng: random.Random, values: Mapping[str, int]) -> list[Any]:
    inner = Role(value=role.value, length=role.inner_length, letters=role.letters)
    table = all(isinstance(item, list | tuple) for item in items)
    if table and len({len(item) for item in items}) == 1:
        # Rows of one length: a grid, or records.
        inner = Role(value=role.value, letters=role.letters, fixed_length=True)
    made = list(items)
    kind = rng.randrange(7)
    if kind == 0:
        rng.shuffle(made)
    elif kind == 1 and all(isinstance(item, int | float) for item in items):
        made.sort(reverse=rng.random() < 0.5)
    elif kind == 2:
        made[rng.randrange(len(made))] = rng.choice(made)
    elif kind == 3:
        start = rng.randrange(len(made))
        del made[start : start + rng.randint(1, max(1, len(made) // 2))]
    elif kind == 4 and len(made) < _LONGEST:
        made.insert(rng.randint(0, len(made)), changed(rng.choice(made), inner, rng, values))
    elif kind == 5:
        place = rng.randrange(len(made))
        made[place] = changed(made[place], inner, rng, values)
    else:
        made = [changed(item, inner, rng, values) for item in made]
    if not _fits(len(made), len(items), role):
        made = [changed(item, inner, rng, values) for item in items]
    return made
