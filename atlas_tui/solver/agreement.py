"""Agreement of outputs: which candidates give the same on inputs whose answers nobody knows.

Outputs are the same as the judge compares them: lines and numbers of programs, JSON values of functions, and
numbers within a small tolerance, because two right programs may add up in another order. A crash and a
time-out are outputs too. An input on which no candidate ends well says nothing: it may be malformed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from atlas_tui.facts import Facts, Verdict
from atlas_tui.problem import Mode
from atlas_tui.sandbox import judge
from atlas_tui.sandbox.base import Ran
from atlas_tui.sandbox.judging import Rule, printed

NEAR = Rule(tolerance=1e-9)
"""How far apart numbers may be and still be the same output."""

UNKNOWN = np.iinfo(np.int32).min
"""The class of a run that did not happen by our fault: it says nothing about the program."""

_FAILURES = tuple(verdict for verdict in Verdict if verdict not in (Verdict.OK, Verdict.IE))

Classes = npt.NDArray[np.int32]
"""One row a candidate, one column an input: equal numbers in a column are the same output there.

Negative numbers are runs that did not end well, one for each kind of failure, or ``UNKNOWN``.
"""


@dataclass(frozen=True, slots=True)
class Output:
    """What one run gave: its verdict (OK means that it ended well), and what was printed or returned."""

    verdict: Verdict
    text: str = ""

    @classmethod
    def of(cls, ran: Ran) -> Output:
        """The output of a run in the sandbox."""
        return cls(ran.verdict, printed(ran) if ran.verdict is Verdict.OK else "")


def classify(columns: Sequence[Sequence[Output]], mode: Mode, rule: Rule = NEAR) -> Classes:
    """The class of each output; ``columns`` are the outputs of all candidates, input by input."""
    if not columns:
        return np.zeros((0, 0), dtype=np.int32)
    return np.array([_classes(column, mode, rule) for column in columns], dtype=np.int32).T


def _classes(column: Sequence[Output], mode: Mode, rule: Rule) -> list[int]:
    """Each output takes the number of the first one that it equals; only different texts are compared."""
    known: dict[str, int] = {}
    leaders: list[str] = []
    found = []
    for output in column:
        if output.verdict is not Verdict.OK:
            failure = output.verdict
            found.append(int(UNKNOWN) if failure is Verdict.IE else -1 - _FAILURES.index(failure))
            continue
        if output.text not in known:
            same = next((one for one in leaders if same_output(output.text, one, mode, rule)), None)
            if same is None:
                leaders.append(output.text)
            known[output.text] = len(leaders) - 1 if same is None else known[same]
        found.append(known[output.text])
    return found


def same_output(one: str, other: str, mode: Mode, rule: Rule = NEAR) -> bool:
    """Whether the judge would take one for the other."""
    if one == other:
        return True
    is_value = mode is Mode.FUNCTION
    ran = Ran(
        verdict=Verdict.OK,
        stdout=b"" if is_value else one.encode(),
        result=one if is_value else None,
        facts=_NONE,
    )
    try:
        return judge(ran, other, mode, rule) is Verdict.OK
    except ValueError:  # not JSON: a value that JSON has no form for, and another one
        return False


_NONE = Facts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far candidates agree."""

    clusters: tuple[tuple[str, ...], ...] = ()
    """Labels with the same outputs on every telling input, largest first; not those that never end well."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """Mean over the compared candidates, itself too, of the share of telling inputs agreed on: 0 to 1.

    This is the expected gain of a minimum-Bayes-risk choice (Kumar and Byrne, 2004) that counts an equal
    output on one input as one gain and takes every candidate to be as likely as the others. An input counts
    by the share of candidates that end well on it: one that many fail on may be malformed.
    """
    nearness: Mapping[str, float] = field(default_factory=dict)
    """The same mean over candidates that fail more samples and are not compared; empty without such.

    Where two disagree, one that is wrong elsewhere still tells which of them is nearer to what others wrote.
    """
    inputs: int = 0
    """Telling inputs: those on which at least one of the compared candidates ends well."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """On how many telling inputs each candidate did not end well."""


def compare(labels: Sequence[str], classes: Classes, others: Classes | None = None) -> Agreement:
    """The agreement among candidates from the classes of their outputs, one row a label.

    ``others`` are the rows of candidates that are not compared themselves. One that never ends well agrees
    with nobody, also not with another that never does.
    """
    if len(labels) == 0 or classes.size == 0:
        return Agreement()
    tells = (classes >= 0).any(axis=0)
    if not tells.any():
        return Agreement()
    telling = classes[:, tells]
    shares = _shares(telling, telling, (telling >= 0).mean(axis=0))
    groups: dict[bytes, list[str]] = {}
    for place, label in enumerate(labels):
        if (telling[place] >= 0).any():
            groups.setdefault(telling[place].tobytes(), []).append(label)
    largest_first = sorted(groups.values(), key=lambda group: (-len(group), group))
    near: Iterable[float] = ()
    if others is not None and len(others):
        everybody = np.concatenate([telling, others[:, tells]])
        near = _shares(telling, others[:, tells], (everybody >= 0).mean(axis=0))
    return Agreement(
        clusters=tuple(tuple(group) for group in largest_first),
        shares={label: float(share) for label, share in zip(labels, shares, strict=True)},
        nearness={label: float(share) for label, share in zip(labels, near, strict=False)},
        inputs=int(telling.shape[1]),
        failures={label: int((telling[place] < 0).sum()) for place, label in enumerate(labels)},
    )


def _shares(telling: Classes, voters: Classes, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The mean over ``voters`` of the share of inputs agreed on; 0 for one that never ends well."""
    alive = (voters >= 0).any(axis=1)
    known = voters != UNKNOWN
    shares = np.zeros(len(telling))
    for place in range(len(telling)):
        if (telling[place] >= 0).any():
            both = known & (telling[place] != UNKNOWN)
            equal = ((voters == telling[place]) & both) @ weights
            seen = both @ weights
            agreed = np.divide(equal, seen, out=np.zeros(len(voters)), where=seen > 0)
            shares[place] = (agreed * alive).mean()
    return shares
