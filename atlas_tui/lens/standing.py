"""A lens and what is known about it, as plain values and in words: what every place that shows it goes by."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas_tui.lens.plain import plain

if TYPE_CHECKING:
    # The words alone must not cost the command line the loading of NumPy.
    from atlas_tui.lens.gate import Gate
    from atlas_tui.lens.model import Identity

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One lens, or what would become one."""

    identity: Identity
    labels: int
    """Programs with an embedding and a label that can be learned from."""
    problems: int
    """That these are of."""
    new: int
    """Labels that came since it was trained."""
    gate: Gate
    path: Path
    """Of the weights, which need not be there."""
    report: dict[str, Any]
    """The numbers it was judged by; empty without a lens."""
    trained_at: float | None = None
    """Seconds since the epoch; None where that is not known."""

    @property
    def broken(self) -> bool:
        """There are weights, and they cannot be used."""
        return self.gate.state == "untrained" and self.path.exists()

    @property
    def auc(self) -> dict[str, Any] | None:
        """The chance that of two candidates of one problem the right one scores higher, with its interval."""
        found = self.report.get("lens")
        inside = found.get("inside") if isinstance(found, dict) else None
        return inside if isinstance(inside, dict) and "value" in inside else None

    def as_json(self) -> dict[str, Any]:
        """Everything; rates and gains are shares between 0 and 1, what is not known is null."""
        found: dict[str, Any] = plain(
            {
                "identity": dataclasses.asdict(self.identity),
                "state": self.gate.state,
                "labels": self.labels,
                "problems": self.problems,
                "new": self.new,
                "weights": str(self.path) if self.path.exists() else None,
                "trained_at": self.trained_at,
                "auc": self.auc,
                "gate": self.gate.as_json(),
                "report": self.report,
            }
        )
        return found


def gate(found: Gate) -> str:
    """The state and what decided."""
    return f"{found.state}: {found.why}"


def subject(each: Standing) -> str:
    """What it is for."""
    what = each.identity
    return f"model {what.model[:12]}, prompts {what.prompts[:8]}, {what.pooling}, {what.dimension} numbers"


def learned_from(each: Standing) -> str:
    """How much there is to learn from, and how much of it is new."""
    new = f", {each.new} new since it was trained" if each.report else ""
    return f"{_many(each.labels, 'labelled program')} of {_many(each.problems, 'problem')}{new}"


def numbers(each: Standing) -> str:
    """How well it tells right from wrong, what that is worth, since when; empty without a lens."""
    if not each.report:
        return ""
    gain = "unknown" if each.gate.gain is None else estimate(dataclasses.asdict(each.gate.gain), points)
    parts = [
        f"AUC inside problems {estimate(each.auc, number) if each.auc else _UNKNOWN}",
        f"gain over a random pick {gain} in {_many(each.gate.tied, 'tie')}",
        f"trained {_day(each.trained_at)}{f', {how}' if (how := each.report.get('how')) else ''}",
    ]
    return "; ".join(parts)


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _day(at: float | None) -> str:
    return "at an unknown time" if at is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def estimate(found: Mapping[str, Any], shown: Callable[[float | None], str]) -> str:
    """A value with its interval."""
    low, high = found.get("low"), found.get("high")
    if not _known(found["value"]) or not _known(low) or not _known(high):
        return shown(found["value"])
    return f"{shown(found['value'])} ({shown(low)} to {shown(high)})"


def number(value: float | None) -> str:
    """To three digits."""
    return f"{value:.3f}" if value is not None and _known(value) else _UNKNOWN


def percent(value: float | None) -> str:
    """A share."""
    return f"{100 * value:.1f} %" if value is not None and _known(value) else _UNKNOWN


def points(value: float | None) -> str:
    """A difference of shares."""
    return f"{100 * value:+.1f} points" if value is not None and _known(value) else _UNKNOWN


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
