"""What was read of a statement so far: samples, and notes for the person."""

from __future__ import annotations

from dataclasses import dataclass, field

from atlas_tui.problem import Sample
from atlas_tui.solver.read_arguments import doubt, sample_of
from atlas_tui.solver.read_signatures import Signature
from atlas_tui.solver.read_values import Unreadable

MAX_SAMPLES = 100
MAX_NOTES = 12
_SHOWN = 60


@dataclass(slots=True)
class Reading:
    """Samples without repetition, and what was unsure about them."""

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
        self.note(f"a sample could not be read: {why} ({shown(what)})")

    def call(self, inside: str, expected: str, signature: Signature | None, exact: bool) -> bool:
        """Add the sample of a call and its result; false, with a note, when one of them is unreadable."""
        try:
            self.add(sample_of(inside, expected, signature, exact))
        except Unreadable as error:
            line = (expected.strip() or " ").split("\n")[0]
            self.unreadable(f"{inside} → {line}", error)
            return False
        unsure = doubt(inside, signature)
        if unsure:
            self.note(unsure)
        return True


def shown(text: str) -> str:
    """``text`` on one line, cut to what a note has room for."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
