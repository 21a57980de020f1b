"""The lens of a run: found once at its beginning, and the same until its end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from atlas_tui import paths
from atlas_tui.bench.records import LensUsed
from atlas_tui.bench.task import Task
from atlas_tui.engine.base import ModelInfo, Span
from atlas_tui.engine.llama.pool import ORIGIN
from atlas_tui.errors import Refused
from atlas_tui.lens import weights
from atlas_tui.lens.model import Identity, Lens
from atlas_tui.lens.scorer import Scorer
from atlas_tui.lens.teaching import path_of
from atlas_tui.problem import Problem
from atlas_tui.solver.prompting import prompt_hash
from atlas_tui.store.label import problem_id

_NONE = "There is no lens for this run"
_TODO = "train one: atlas-tui lens train; or run without --lens"


@dataclass(frozen=True, slots=True)
class RunLens:
    """A lens that scores the candidates of a run, and what is written down of it."""

    scorer: Scorer
    used: LensUsed


def lens_for(tasks: Iterable[Task], info: ModelInfo) -> RunLens:
    """The lens that was trained for this model and these prompts.

    It is read once: one that is trained anew meanwhile changes nothing. Raises: Refused: there is none, its
    file is damaged, or it was trained on some of these problems.
    """
    wanted = Identity(
        model=info.fingerprint or info.path,
        dimension=info.embedding_size,
        pooling=f"{ORIGIN}/{Span.ANSWER}",
        prompts=prompt_hash(),
    )
    path = path_of(paths.lens_dir(), wanted)
    lens = _read(path, wanted)
    names = {problem_id(task.asked.statement): task.id for task in tasks if isinstance(task.asked, Problem)}
    lens.refuse_known(names, names)
    used = LensUsed(
        weights=hashlib.sha256(path.read_bytes()).hexdigest(),
        state=lens.gate.state,
        why=lens.gate.why,
        edges=lens.map.edges if lens.map else None,
        cells=lens.map.cells if lens.map else (),
    )
    return RunLens(Scorer(paths.lens_dir(), lens), used)


def _read(path: Path, wanted: Identity) -> Lens:
    try:
        return weights.load(path, wanted)
    except FileNotFoundError as error:
        raise Refused(_NONE, "none was trained for this model and version of the prompts", _TODO) from error
