"""From the database of labels to lenses on disk: one for each model, kind of embedding and prompt version."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from atlas_tui.errors import AtlasError, Refused
from atlas_tui.lens import evaluation, gate as gates, learning, weights
from atlas_tui.lens.data import FEATURES, Data
from atlas_tui.lens.gate import Gate
from atlas_tui.lens.labelling import numbers_of
from atlas_tui.lens.learning import Learned
from atlas_tui.lens.model import Identity, Lens
from atlas_tui.lens.selection import Selection, selection
from atlas_tui.lens.standing import Standing
from atlas_tui.lens.training import Recipe
from atlas_tui.store import Label, Labels, Which

log = logging.getLogger(__name__)

LEAST_TRUST = 0.3
"""Labels that are believed less are not learned from: that a program passes the samples is part of the
evidence already, and would only teach the lens to repeat it."""
_TRAINED = "trained "
_REVIEWED = "reviewed "


def path_of(folder: Path, identity: Identity) -> Path:
    """Where the weights for this are kept."""
    parts = (identity.model, str(identity.dimension), identity.pooling, identity.prompts)
    return folder / f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:24]}.npz"


def learnable(labels: Iterable[Label]) -> list[Label]:
    """Of each program the label that is believed most, where it has an embedding and is believed enough."""
    best: dict[str, Label] = {}
    for label in labels:
        known = best.get(label.program)
        if label.vector and label.trust >= LEAST_TRUST and (known is None or label.trust >= known.trust):
            best[label.program] = label
    return list(best.values())


def identity_of(label: Label) -> Identity:
    """What a lens that learns from it is for."""
    return Identity(model=label.model, dimension=label.size, pooling=label.origin, prompts=label.prompts)


def identities(labels: Iterable[Label]) -> list[Identity]:
    """What the labels could teach, those with the most labels first."""
    return [each for each, _ in Counter(map(identity_of, learnable(labels))).most_common()]


def data_of(labels: Iterable[Label], identity: Identity) -> Data:
    """The labels that are for this, as arrays."""
    rows = [label for label in learnable(labels) if identity_of(label) == identity]
    vectors = [numbers_of(label.vector) for label in rows]
    evidence = [[label.evidence.get(name, np.nan) for name in FEATURES] for label in rows]
    return Data(
        vectors=np.array(vectors, dtype=np.float32).reshape(len(rows), identity.dimension),
        features=np.array(evidence, dtype=np.float32).reshape(len(rows), len(FEATURES)),
        names=FEATURES,
        right=np.array([label.right for label in rows], dtype=bool),
        problems=tuple(label.problem for label in rows),
        trust=np.array([label.trust for label in rows], dtype=np.float32),
        domains=tuple(label.domain for label in rows),
    )


def train(
    labels: Labels,
    folder: Path,
    identity: Identity,
    recipe: Recipe | None = None,
    tell: evaluation.Tell = lambda fold, of, epoch: None,
    *,
    go_on: bool = False,
) -> Learned:
    """Train a lens on all labels that are for this, and keep it; where the labels do not suffice, what was
    kept before stays.

    It is trained afresh, which is better and seconds; with ``go_on`` from the last weights, where there are
    some and what is new looks like what was learned. Raises: AtlasError: it cannot be kept, or the labels
    cannot be read.
    """
    newest = labels.newest()
    data = data_of(labels.read(Which(model=identity.model)), identity)
    last = _last(path_of(folder, identity), identity) if go_on else None
    learned = learning.learn(data, identity, recipe, tell, last)
    if learned.lens is not None:
        _save(path_of(folder, identity), learned.lens)
    labels.note(_TRAINED + path_of(folder, identity).stem, newest)
    return learned


def _last(path: Path, identity: Identity) -> Lens | None:
    try:
        return weights.load(path, identity)
    except (FileNotFoundError, Refused) as error:
        log.warning("there is nothing to go on from: %s", error)
        return None


def _save(path: Path, lens: Lens) -> None:
    try:
        weights.save(path, lens)
    except OSError as error:
        todo = "make room, then train again: the lens is as it was before"
        raise AtlasError(f"{path} cannot be written", error.strerror or str(error), todo) from error


def review(labels: Labels, folder: Path, identity: Identity) -> Gate | None:
    """Look at the gate of a lens again in the light of labels that came after its training, and keep what
    comes of it; None where there is no lens. Raises: StoreError; Refused: the weights are damaged."""
    path = path_of(folder, identity)
    if not path.exists():
        return None
    lens = weights.load(path, identity)
    gate = learning.look_again(lens, data_of(labels.read(Which(model=identity.model)), identity))
    if gate != lens.gate:
        _save(path, lens.with_gate(gate))
    return gate


def keep_up(labels: Labels, folder: Path, train_after: int) -> None:
    """Train where enough new labels came, and look at the other gates again.

    Raises: AtlasError: what was learned cannot be kept, or the labels cannot be read.
    """
    known, newest = labels.marks(), labels.newest()
    for identity in identities(labels.read()):
        name = path_of(folder, identity).stem
        if train_after and _new(labels, identity, known.get(_TRAINED + name, 0)) >= train_after:
            learned = train(labels, folder, identity)
            log.info("training ended: %s", learned.gate.why)
        elif known.get(_REVIEWED + name, 0) < newest:
            try:
                review(labels, folder, identity)
            except Refused as error:
                log.warning("%s", error)
        labels.note(_REVIEWED + name, newest)


def _new(labels: Labels, identity: Identity, since: int) -> int:
    return labels.since(since, Which(model=identity.model))


def standings(labels: Labels, folder: Path) -> list[Standing]:
    """Every lens there is or could be, those with the most labels first. Raises: StoreError."""
    rows, marks = labels.read(), labels.marks()
    problems: dict[Identity, list[str]] = {}
    for label in learnable(rows):
        problems.setdefault(identity_of(label), []).append(label.problem)
    most = sorted(problems.items(), key=lambda each: -len(each[1]))
    found = [_standing(labels, folder, identity, of, marks) for identity, of in most]
    known = {each.path for each in found}
    # Of others the labels were deleted, or are elsewhere.
    others = (_kept(path) for path in sorted(folder.glob("*.npz")) if path not in known)
    return found + [each for each in others if each is not None]


def _standing(
    labels: Labels, folder: Path, identity: Identity, problems: Sequence[str], marks: dict[str, int]
) -> Standing:
    path = path_of(folder, identity)
    gate, report, at = gates.untrained("It was not trained yet."), dict[str, object](), None
    try:
        lens = weights.load(path, identity)
        gate, report, at = lens.gate, lens.report, lens.trained_at
    except FileNotFoundError:
        pass
    except Refused as error:
        gate = gates.untrained(f"{error.why}.")
    since = marks.get(_TRAINED + path.stem, 0)
    return Standing(
        identity=identity,
        labels=len(problems),
        problems=len(set(problems)),
        new=_new(labels, identity, since),
        gate=gate,
        path=path,
        report=report,
        trained_at=at,
    )


def _kept(path: Path) -> Standing | None:
    try:
        lens = weights.load(path)
    except (Refused, FileNotFoundError) as error:
        log.warning("%s: %s", path, error)
        return None
    return Standing(
        identity=lens.identity,
        labels=0,
        problems=0,
        new=0,
        gate=lens.gate,
        path=path,
        report=lens.report,
        trained_at=lens.trained_at,
    )


def judge(lens: Lens, labels: Sequence[Label]) -> Selection:
    """What a trained lens is worth on labels of problems that it never saw.

    Raises: Refused: it was trained on some of these problems, or there is nothing it can score.
    """
    data = data_of(labels, lens.identity)
    if not data.size:
        raise Refused(
            "The lens cannot be measured on these candidates",
            "none has an embedding of the model, the prompts and the kind that it was trained for",
            "take a run of the same model and version",
        )
    lens.refuse_known(sorted(set(data.problems)))
    return selection(data, -lens.score(data.vectors).energies)
