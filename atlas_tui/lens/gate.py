"""Whether the lens may take part in the choice. It must have shown that it picks better than chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from atlas_tui.lens.plain import plain
from atlas_tui.lens.selection import Selection
from atlas_tui.statistics import Estimate

LEAST_DECIDING = 20
"""Ties with right and wrong candidates that must have been decided: an interval over fewer means little.
One counts as far as its labels are believed."""
_ROUNDED = 1e-3
"""Trust is kept as float32."""

GateState = Literal["untrained", "closed", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The state of the lens and what it rests on."""

    state: GateState
    why: str
    """One sentence for the person."""
    gain: Estimate | None = None
    """Share of right picks among tied candidates, minus that of a random pick."""
    change: Estimate | None = None
    """sel@k with the lens minus sel@k without it."""
    tied: int = 0
    """Problems with a tie, among those that the lens did not see."""
    deciding: int = 0
    """Of these, where the pick matters."""

    @property
    def opened(self) -> bool:
        """Whether the lens takes part in the choice."""
        return self.state == "open"

    def as_json(self) -> dict[str, object]:
        """For ``--json`` and for the file of weights."""
        found: dict[str, object] = plain(self)
        return found


def untrained(why: str) -> Gate:
    """The gate of a lens that does not exist."""
    return Gate(state="untrained", why=why)


def decide(found: Selection) -> Gate:
    """Open, if the lens beats a random pick among the tied beyond its interval, and costs nothing overall."""
    points = f"{_points(found.gain)} over a random pick among {found.tied} ties"
    low = found.gain.low
    if found.believed < LEAST_DECIDING - _ROUNDED:
        less = found.believed < found.deciding - _ROUNDED
        counted = f", which count as {found.believed:.1f} by the trust in their labels" if less else ""
        why = f"Ties with right and wrong candidates: {found.deciding}{counted}; {LEAST_DECIDING} are needed."
        return _gate("closed", why, found)
    if low is None or not low > 0:
        return _gate("closed", f"It is not shown to beat chance: {points}.", found)
    if not found.change.value >= 0:
        why = f"It beats chance, but not the choice without it: {_points(found.change)} of all problems."
        return _gate("closed", why, found)
    return _gate("open", f"It beats chance where candidates are tied: {points}.", found)


def again(gate: Gate, fresh: Selection) -> Gate:
    """The gate in the light of problems that came after the training, which the lens did not see.

    With enough of them they decide alone, by the same rule; before that, an open gate closes where the lens
    does worse on them than chance by more than their interval.
    """
    if gate.state == "untrained":
        return gate
    if fresh.believed >= LEAST_DECIDING - _ROUNDED:
        return decide(fresh)
    if gate.opened and fresh.gain.high is not None and fresh.gain.high < 0:
        return _gate("closed", f"On new problems it does worse than chance: {_points(fresh.gain)}.", fresh)
    return gate


def shut(gate: Gate, why: str) -> Gate:
    """Closed for another reason, such as drift; the numbers stay."""
    return Gate(
        state="untrained" if gate.state == "untrained" else "closed",
        why=why, gain=gate.gain, change=gate.change, tied=gate.tied, deciding=gate.deciding,
    )  # fmt: skip


def from_json(values: dict[str, object]) -> Gate:
    """What ``as_json`` gave. Raises: ValueError, KeyError, TypeError: it is something else."""
    state, why = values.get("state"), values.get("why")
    tied, deciding = values.get("tied"), values.get("deciding")
    if not (isinstance(why, str) and isinstance(tied, int) and isinstance(deciding, int)):
        raise ValueError("not a gate")
    if state not in ("untrained", "closed", "open"):
        raise ValueError(f"not a state of a gate: {state!r}")
    gain, change = _estimate(values.get("gain")), _estimate(values.get("change"))
    return Gate(state=state, why=why, gain=gain, change=change, tied=tied, deciding=deciding)


def _estimate(value: object) -> Estimate | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("not an estimate")
    middle, low, high = (
        None if value[name] is None else float(value[name]) for name in ("value", "low", "high")
    )
    return Estimate(float("nan") if middle is None else middle, low, high)


def _gate(state: GateState, why: str, found: Selection) -> Gate:
    return Gate(
        state=state, why=why, gain=found.gain, change=found.change,
        tied=found.tied, deciding=found.deciding,
    )  # fmt: skip


def _points(of: Estimate) -> str:
    """Percentage points with their interval."""
    if of.value != of.value:
        return "unknown"
    told = f"{100 * of.value:+.1f} points"
    return (
        told if of.low is None or of.high is None else f"{told} ({100 * of.low:+.1f} to {100 * of.high:+.1f})"
    )
