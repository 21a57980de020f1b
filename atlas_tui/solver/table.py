"""The evidence about all candidates of one problem, in one table that the rules of the choice read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atlas_tui.solver.agreement import Agreement
from atlas_tui.solver.b4 import Passes


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One candidate."""

    label: str
    code: str
    round: int = 0
    usable: bool = True
    """There is a program, and it parses."""
    passed: int = 0
    """Samples passed."""
    ran: int = 0
    """Samples run."""
    flagged: bool = False
    """It touches what it may not: the person may take it, the rules do not."""
    logprob: float | None = None
    """Mean natural log-probability of its tokens; None is unknown."""
    change: bool = False
    """``code`` is the difference that it makes to a repository."""

    @property
    def size(self) -> int:
        """Characters, without blanks at the ends of lines; of a change, in the lines it adds and takes."""
        lines = self.code.splitlines()
        if self.change:
            changed = (line for line in lines if line.startswith(("+", "-")))
            lines = [line[1:] for line in changed if not line.startswith(("+++ ", "--- "))]
        return sum(len(line.rstrip()) for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is known. Nothing in it comes from a test that scores."""

    rows: tuple[Row, ...]
    samples: int = 0
    """Samples there are."""
    unchecked: str = ""
    """Why nothing was run, where that is so."""
    agreement: Agreement | None = None
    """Among those that pass the most samples."""
    tested: tuple[str, ...] = ()
    """Labels of the candidates that the written tests were run on."""
    passes: Passes | None = None
    """Which of the written tests each of them passed."""
    judged: Mapping[str, int] = field(default_factory=dict)
    """How often the model held this candidate's real output for right, against that of another."""
    decided: bool = True
    """Passing all samples says that the problem is solved: not so where they only say what must stay."""
    change: bool = False
    """The candidates are to be changes of a repository, also where none is."""
    lens: Mapping[str, float] = field(default_factory=dict)
    """Learned scores; empty unless the lens's gate is open."""

    @property
    def of_changes(self) -> bool:
        """Whether the candidates are changes of a repository."""
        return self.change or any(row.change for row in self.rows)

    @property
    def tests_tell(self) -> bool:
        """Whether any of the written tests passes anywhere: one that none passes is likely to be wrong."""
        return self.passes is not None and bool(self.passes.any())

    @property
    def usable(self) -> tuple[Row, ...]:
        """The candidates that can be chosen at all."""
        return tuple(row for row in self.rows if row.usable and not row.flagged)

    @property
    def finalists(self) -> tuple[Row, ...]:
        """The usable candidates that passed the most samples."""
        usable = self.usable
        most = max((row.passed for row in usable), default=0)
        return tuple(row for row in usable if row.passed == most)

    def passes_all(self, row: Row) -> bool:
        """Every sample there is was run and passed; never true without samples."""
        return row.usable and not row.flagged and 0 < self.samples == row.ran == row.passed
