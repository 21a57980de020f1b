"""Trained lenses on disk: one ``.npz`` each, which says what it is for and is refused for anything else."""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from atlas_tui.errors import Refused
from atlas_tui.lens import gate as gates
from atlas_tui.lens.cost import layers
from atlas_tui.lens.evidence_model import Logistic
from atlas_tui.lens.metric import Map
from atlas_tui.lens.model import AGAIN, Identity, Lens
from atlas_tui.lens.projection import Projection
from atlas_tui.lens.training import Member
from atlas_tui.store.whole import replace_file

VERSION = 1
_ABOUT = "about"
# A cut or changed file shows at any step: opening, unpacking (where a changed bit may ask for a password, or
# for a way of packing that there is not), reading the head of an array or JSON, making room for a wrong size,
# looking for a part.
_DAMAGE = (
    OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError,
    SyntaxError, tokenize.TokenError, MemoryError, ValueError, KeyError, TypeError, AttributeError,
)  # fmt: skip
_CALIBRATION = ("middle", "scale", "weights")


def save(path: Path, lens: Lens) -> None:
    """Write a lens, whole or not at all.

    Principal axes are kept as float16, which changes a score in the fourth digit and halves the file.
    Raises: OSError: the file is as it was before.
    """
    arrays: dict[str, Any] = {f"calibration.{name}": getattr(lens.calibration, name) for name in _CALIBRATION}
    for number, member in enumerate(lens.members):
        seen = member.projection
        arrays[f"{number}.mean"], arrays[f"{number}.scale"] = seen.mean, seen.scale
        if seen.axes is not None:
            arrays[f"{number}.axes"] = seen.axes.astype(np.float16)
        arrays |= {f"{number}.net.{name}": value for name, value in member.parameters.items()}
    about: dict[str, Any] = {
        "version": VERSION,
        "identity": {
            "model": lens.identity.model,
            "dimension": lens.identity.dimension,
            "pooling": lens.identity.pooling,
            "prompts": lens.identity.prompts,
        },
        "members": len(lens.members),
        "gate": lens.gate.as_json(),
        "trained_on": sorted(lens.trained_on),
        "places": lens.places,
        "report": lens.report,
        "trained_at": lens.trained_at,
    }
    if lens.map is not None:
        arrays["map.middle"], arrays["map.directions"] = lens.map.middle, lens.map.directions
        about["map"] = {
            "edges": lens.map.edges, "cells": lens.map.cells, "candidates": lens.map.candidates,
        }  # fmt: skip
    arrays[_ABOUT] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    out = io.BytesIO()
    np.savez(out, **arrays)
    replace_file(path, out.getvalue())


def load(path: Path, wanted: Identity | None = None) -> Lens:
    """Read a lens; with ``wanted`` only one for that.

    Raises: FileNotFoundError: there is none.
        Refused: the file is damaged, of another version, or for something else, which is named.
    """
    try:
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        about = json.loads(arrays[_ABOUT].tobytes())
        version = about["version"]
        lens = _lens(arrays, about) if version == VERSION else None
    except FileNotFoundError:
        raise
    except _DAMAGE as error:
        raise _refused(f"the file {path} is damaged ({str(error) or type(error).__name__})") from error
    if lens is None:
        raise _refused(f"the file {path} is of version {version}, not {VERSION}")
    if wanted is not None and (other := lens.identity.differs(wanted)):
        raise _refused(other)
    return lens


def _refused(why: str) -> Refused:
    return Refused("The lens cannot be used", " ".join(why.split()), AGAIN)


def _lens(arrays: dict[str, Any], about: dict[str, Any]) -> Lens:
    """Raises: KeyError, TypeError, ValueError: something is missing, or does not fit."""
    identity = Identity(**about["identity"])
    if not all(np.isfinite(value).all() for name, value in arrays.items() if name != _ABOUT):
        raise ValueError("it holds numbers that are none")
    members = tuple(_member(arrays, str(number), identity.dimension) for number in range(about["members"]))
    if not members:
        raise ValueError("it holds no weights")
    places = {str(name): int(fold) for name, fold in about.get("places", {}).items()}
    if not all(0 <= fold < len(members) for fold in places.values()):
        raise ValueError("it tells of fields that it does not hold")
    middle, scale, weights = (arrays[f"calibration.{name}"] for name in _CALIBRATION)
    if (middle.shape, scale.shape, weights.shape) != ((1,), (1,), (3,)):
        raise ValueError("its calibration has another shape")
    return Lens(
        identity=identity,
        members=members,
        calibration=Logistic(middle, scale, weights),
        gate=gates.from_json(about["gate"]),
        trained_on=frozenset(about["trained_on"]),
        places=places,
        report=dict(about["report"]),
        map=_map(arrays, about["map"], identity.dimension) if "map" in about else None,
        trained_at=None if about.get("trained_at") is None else float(about["trained_at"]),
    )


def _map(arrays: dict[str, Any], about: dict[str, Any], dimension: int) -> Map:
    middle, directions = arrays["map.middle"], arrays["map.directions"]
    left, right, bottom, top = map(float, about["edges"])
    if middle.shape != (dimension,) or directions.shape != (dimension, 2):
        raise ValueError("its map has another shape")
    cells = tuple(tuple(None if value is None else float(value) for value in row) for row in about["cells"])
    known = [value for row in cells for value in row if value is not None]
    if not (left < right and bottom < top and np.isfinite([*known, left, right, bottom, top]).all()):
        raise ValueError("its map has no size")
    return Map(middle, directions, (left, right, bottom, top), cells, int(about["candidates"]))


def _member(arrays: dict[str, Any], number: str, dimension: int) -> Member:
    axes = arrays.get(f"{number}.axes")
    mean, scale = arrays[f"{number}.mean"], arrays[f"{number}.scale"]
    start = f"{number}.net."
    net = {name.removeprefix(start): value for name, value in arrays.items() if name.startswith(start)}
    sizes = [len(scale), *(net[f"b{layer}"].shape[0] for layer in range(layers(net)))]
    shapes = [net[f"w{layer}"].shape == (sizes[layer], sizes[layer + 1]) for layer in range(layers(net))]
    fits = mean.shape == (dimension,) and net["bias"].shape == (1,) and sizes[-1] == 1 and all(shapes)
    turned = len(scale) == dimension if axes is None else axes.shape == (dimension, len(scale))
    if not (fits and turned and len(sizes) > 1):
        raise ValueError("its weights have other shapes than it says")
    return Member(Projection(mean, scale, None if axes is None else axes.astype(np.float32)), net)
