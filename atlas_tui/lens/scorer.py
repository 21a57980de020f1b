"""Scores for the candidates of a run, by the lens that was trained for what wrote them."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from atlas_tui.errors import Refused
from atlas_tui.events import CandidateReady, LensMapped, LensScored
from atlas_tui.lens import weights
from atlas_tui.lens.data import Reals
from atlas_tui.lens.labelling import bytes_of, numbers_of
from atlas_tui.lens.model import Identity, Lens
from atlas_tui.lens.teaching import path_of

log = logging.getLogger(__name__)

_Stamp = tuple[int, int]


class Scorer:
    """Reads the weights when they are first needed, and again when they were trained anew. Its methods may be
    called from any thread, one at a time."""

    def __init__(self, folder: Path, only: Lens | None = None) -> None:
        """``folder`` is where the weights are; with ``only`` nothing is read, and that lens alone scores,
        from any threads at once."""
        self._folder, self._only = folder, only
        self._known: dict[Path, tuple[_Stamp, Lens | None]] = {}

    def score(self, ready: CandidateReady) -> LensScored | None:
        """What the lens says of a program; None where there is no lens for the model, the prompts and the
        embedding of it, or where the embedding is damaged."""
        lens = self._lens_for(ready)
        if lens is None:
            return None
        numbers = numbers_of(bytes_of(ready.embedding))[None, :]
        said = lens.score(numbers)
        chance, spread = float(said.chances[0]), float(said.spreads[0])
        if not np.isfinite(chance):
            return None
        return LensScored(
            candidate=ready.candidate,
            round=ready.round,
            subject="candidate",
            state=lens.gate.state,
            score=chance,
            spread=spread,
            place=_place(lens, numbers),
        )

    def mapped(self, ready: CandidateReady) -> LensMapped | None:
        """The map that the score of this program has its place on; None where there is none."""
        lens = self._lens_for(ready)
        if lens is None or lens.map is None:
            return None
        left, right, bottom, top = lens.map.edges
        return LensMapped(
            left=left,
            right=right,
            bottom=bottom,
            top=top,
            cells=lens.map.cells,
            candidates=lens.map.candidates,
        )

    def _lens_for(self, ready: CandidateReady) -> Lens | None:
        if ready.embedding is None or not bytes_of(ready.embedding) or not ready.code:
            return None
        wanted = Identity(
            model=ready.model_hash,
            dimension=ready.embedding.size,
            pooling=ready.embedding.origin,
            prompts=ready.prompts,
        )
        return self._lens(wanted)

    def _lens(self, wanted: Identity) -> Lens | None:
        if self._only is not None:
            return self._only if self._only.identity == wanted else None
        path = path_of(self._folder, wanted)
        try:
            found = path.stat()
        except OSError:
            return None
        stamp = (found.st_mtime_ns, found.st_size)
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            self._known[path] = known = (stamp, _read(path, wanted))
        return known[1]


def _place(lens: Lens, numbers: Reals) -> tuple[float, float] | None:
    if lens.map is None:
        return None
    across, up = lens.map.place(numbers)[0]
    return round(float(across), 4), round(float(up), 4)


def _read(path: Path, wanted: Identity) -> Lens | None:
    try:
        return weights.load(path, wanted)
    except (Refused, FileNotFoundError) as error:
        # Told where lenses are asked about (`atlas-tui lens status`); a run goes on without.
        log.warning("%s: %s", path, error)
        return None
