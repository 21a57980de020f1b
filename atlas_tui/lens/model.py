"""A trained lens: what it is for, what it tells of a candidate, and what it refuses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from atlas_tui.errors import Refused
from atlas_tui.lens.data import Data, Flags, Numbers, Reals
from atlas_tui.lens.evidence_model import Logistic
from atlas_tui.lens.gate import Gate
from atlas_tui.lens.metric import Map
from atlas_tui.lens.training import Member

AGAIN = "Train one for it: atlas-tui lens train."


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a lens was trained for. Scores of anything else would mean nothing."""

    model: str
    """Hash of the model's file."""
    dimension: int
    """Numbers of an embedding."""
    pooling: str
    """How embeddings are made (``Vector.origin``)."""
    prompts: str
    """Version of the prompts that candidates were written from."""

    def differs(self, wanted: Identity) -> str:
        """What of ``wanted`` is another one, in words; empty where it is all the same."""
        named = (
            ("model", self.model, wanted.model),
            ("size of embeddings", str(self.dimension), str(wanted.dimension)),
            ("pooling", self.pooling, wanted.pooling),
            ("version of the prompts", self.prompts, wanted.prompts),
        )
        return "; ".join(
            f"its {name} is {mine}, not {theirs}" for name, mine, theirs in named if mine != theirs
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the lens tells of candidates, in their order."""

    chances: Numbers
    """Of being right, 0 to 1; not a number where the embedding is damaged."""
    spreads: Numbers
    """Standard deviation of the chance between the fields of the folds."""
    energies: Numbers
    """The mean of the fields' energies below their bias, negated: low is likely right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """Cost fields of the folds, their calibration, and the gate."""

    identity: Identity
    members: tuple[Member, ...]
    calibration: Logistic
    gate: Gate
    trained_on: frozenset[str] = frozenset()
    """Hashes of the ids of problems (``hashed``)."""
    places: dict[str, int] = field(default_factory=dict)
    """By hash, the number of the field that did not see the problem; empty in files of earlier versions."""
    report: dict[str, object] = field(default_factory=dict)
    """The numbers it was judged by, as plain values."""
    map: Map | None = None
    """For a picture; None in files of earlier versions."""
    trained_at: float | None = None
    """Seconds since the epoch; None in files of earlier versions."""

    def score(self, vectors: Reals) -> Scores:
        """Score candidates.

        Raises: Refused: their embeddings are of another size.
        """
        vectors = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
        if vectors.shape[1] != self.identity.dimension:
            why = f"it was trained on embeddings of {self.identity.dimension} numbers, not {vectors.shape[1]}"
            raise Refused("The lens cannot score these candidates", why, AGAIN)
        damaged: Flags = ~np.all(np.isfinite(vectors), axis=1)
        usable = np.where(damaged[:, None], 0.0, vectors).astype(np.float32)
        logits = np.stack([_logits(member, usable) for member in self.members])
        each = np.stack([self.calibration(row[:, None]) for row in logits])
        mean = logits.mean(axis=0)

        def known(values: Numbers) -> Numbers:
            return np.where(damaged, np.nan, values)

        return Scores(
            chances=known(self.calibration(mean[:, None])),
            spreads=known(each.std(axis=0)),
            energies=known(-mean),
        )

    def refuse_known(self, problems: Iterable[str], names: Mapping[str, str] | None = None) -> None:
        """Refuse problems that the lens was trained on: a score of them would prove nothing.

        ``names`` are those by which people know the problems. Raises: Refused: it knows some of them; names
        the first.
        """
        known = [problem for problem in problems if hashed(problem) in self.trained_on]
        if known:
            number = "1 problem" if len(known) == 1 else f"{len(known)} problems"
            why = f"it was trained on {number} of them, such as {(names or {}).get(known[0], known[0])}"
            raise Refused("The lens cannot be measured on these problems", why, "Take problems it never saw.")

    def unseen(self, data: Data) -> Data:
        """The candidates of problems that it was not trained on."""
        seen = {problem: hashed(problem) in self.trained_on for problem in set(data.problems)}
        return data.take(np.array([not seen[problem] for problem in data.problems], dtype=bool))

    def with_gate(self, gate: Gate) -> Lens:
        """The same lens behind another gate."""
        return replace(self, gate=gate)


def hashed(problem: str) -> str:
    """The id of a problem as weights keep it: they tell whether they know a problem, not which they know."""
    return hashlib.sha256(f"lens problem {problem}".encode()).hexdigest()[:32]


def _logits(member: Member, vectors: Reals) -> Numbers:
    bias = float(member.parameters["bias"][0])
    return bias - member.energies(vectors).astype(np.float64)
