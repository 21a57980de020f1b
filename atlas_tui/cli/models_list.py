"""``atlas-tui models list``, ``info`` and ``fit``: what is known about models, without the network."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlas_tui.cli import models_shown
from atlas_tui.cli.inputs import load_settings
from atlas_tui.cli.plain import plain
from atlas_tui.errors import AtlasError

if TYPE_CHECKING:
    from atlas_tui.engine.base import Sampler
    from atlas_tui.engine.catalog import Entry, Source
    from atlas_tui.engine.fit import Machine
    from atlas_tui.settings import Settings

Planned = Callable[[Path], tuple[str, tuple[str, ...]]]
"""The memory plan of a file in one line, and why."""
_JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_UNKNOWN = "unknown"
_NONE = {"path", "thinking_sampler", "draft", "note", "pulled"}
"""Facts whose absence is known."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model of the list. Keys of ``list --json``."""

    name: str
    title: str
    state: str
    """here, not pulled, paused, incomplete, missing (a local path), or server."""
    in_use: bool
    size_bytes: int | None
    path: str
    spec: str
    licence: str
    context: int | None
    fit: str
    """The plan in one line; unknown for what is not here."""
    reasons: tuple[str, ...]


def list_models(as_json: _JSON = False) -> None:
    """Models of the catalog and pulled ones: which are here, which fits this machine and why."""
    rows = _rows(load_settings())
    if as_json:
        sys.stdout.write(json.dumps([dataclasses.asdict(row) for row in rows]) + "\n")
        return
    wide = [max(len(getattr(row, key)) for row in rows) for key in ("name", "title")]
    for row in rows:
        mark = "*" if row.in_use else " "
        size = models_shown.size(row.size_bytes)
        line = f"{mark} {row.name:{wide[0]}}  {row.title:{wide[1]}}  {size:>9}  {row.state:10}  {row.fit}"
        told = [line, *(f"      {reason}" for reason in row.reasons)]
        sys.stdout.write(plain("\n".join(told)) + "\n")
    sys.stdout.write("* in use; sizes and fit of what is not here are unknown until it is pulled\n")


def _rows(settings: Settings) -> list[Row]:
    from atlas_tui.engine import catalog, fit, stored

    used, machine = _used(settings), fit.this_machine()

    def planned(path: Path) -> tuple[str, tuple[str, ...]]:
        return _fit(path, settings, machine)

    rows = [_row(one, one.source, used, planned) for one in catalog.entries()]
    for found in stored.all_stored():
        if found.entry is None:
            rows.append(_row(None, found.source, used, planned))
    if settings.remote.base_url:
        rows.append(_server(settings))
    elif not any(row.in_use for row in rows):
        rows.append(_local(settings.model.path, used, planned))
    return rows


def _used(settings: Settings) -> Path | None:
    """The file of the model in the settings; None where they name none that could be, or a server."""
    if settings.remote.base_url:
        return None
    try:
        return models_shown.place(settings.model.path)
    except AtlasError:
        return None


def _row(entry: Entry | None, source: Source | None, used: Path | None, planned: Planned) -> Row:
    from atlas_tui.engine import bundled_model_path, stored

    found = stored.stored(source) if source else None
    path = source.path if source else bundled_model_path()
    state, size = _state(found, path)
    fit, reasons = planned(path) if state == "here" else (_UNKNOWN, ())
    spec = source.spec if source else ""
    return Row(
        name=entry.name if entry else spec,
        title=entry.title if entry else path.stem,
        state=state,
        in_use=path == used,
        size_bytes=size,
        path=str(path) if state == "here" else "",
        spec=spec,
        licence=entry.licence if entry else _UNKNOWN,
        context=entry.context if entry else None,
        fit=fit,
        reasons=reasons,
    )


def _state(found: Any, path: Path) -> tuple[str, int | None]:
    """Whether a model is here, and its bytes."""
    if found is None:
        return ("here", path.stat().st_size) if path.is_file() else ("missing", None)
    if found.whole:
        return "here", found.size
    if found.paused:
        return "paused", None
    return ("incomplete" if found.size else "not pulled"), None


def _local(spec: str, used: Path | None, planned: Planned) -> Row:
    """The model in use that is neither of the catalog nor pulled."""
    here = used is not None and used.is_file()
    fit, reasons = planned(used) if used is not None and here else (_UNKNOWN, ())
    return Row(
        name=spec, title=used.stem if used else spec, state="here" if here else "missing", in_use=True,
        size_bytes=used.stat().st_size if used is not None and here else None,
        path=str(used) if here else "", spec="", licence=_UNKNOWN, context=None, fit=fit, reasons=reasons,
    )  # fmt: skip


def _server(settings: Settings) -> Row:
    """The server that is used instead of a file."""
    address = models_shown.address(settings.remote.base_url)
    return Row(
        name=address, title=settings.remote.model or "its first model", state="server", in_use=True,
        size_bytes=None, path="", spec="", licence=_UNKNOWN, context=settings.remote.context or None,
        fit=_UNKNOWN, reasons=(),
    )  # fmt: skip


def _fit(path: Path, settings: Settings, machine: Machine) -> tuple[str, tuple[str, ...]]:
    """The memory plan of a file in one line, and why; where there is none, what stands against it."""
    from atlas_tui.engine import fit

    try:
        plan = fit.look(path, settings.model, machine).plan
    except AtlasError as error:
        return f"does not fit: {error}", (error.todo,) if error.todo else ()
    return plan.line, tuple(plan.reasons)


def show_fit(
    model: Annotated[str, typer.Argument(help=models_shown.SPEC, show_default=False)] = "",
    as_json: _JSON = False,
) -> None:
    """How a model would be loaded on this machine, and why; without MODEL, the one in use."""
    from atlas_tui.engine import catalog, fit

    settings = load_settings()
    spec = model or settings.model.path
    path = catalog.locate(spec)
    plan = fit.look(path, settings.model).plan
    if as_json:
        told = {"model": spec or catalog.BUNDLED, "path": str(path), "line": plan.line}
        sys.stdout.write(json.dumps(told | {"reasons": list(plan.reasons)}) + "\n")
        return
    sys.stdout.write(plain("\n".join([plan.line, *(f"  {reason}" for reason in plan.reasons)])) + "\n")


def info(
    model: Annotated[str, typer.Argument(help=models_shown.SPEC, show_default=False)] = "",
    as_json: _JSON = False,
) -> None:
    """What is known about a model: catalog, file header, and the record of its pull."""
    spec = model or load_settings().model.path
    told = _facts(spec)
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
        return
    for key, value in told.items():
        if isinstance(value, dict):
            sys.stdout.write(plain(f"{key}\n"))
            for name, inner in value.items():
                sys.stdout.write(plain(f"  {name:18} {_words(inner, name)}") + "\n")
        else:
            sys.stdout.write(plain(f"{key:20} {_words(value, key)}") + "\n")


def _facts(spec: str) -> dict[str, Any]:
    from atlas_tui.engine import catalog, stored

    entry = catalog.named(spec or catalog.BUNDLED)
    source = entry.source if entry else catalog.source(spec)
    path = models_shown.place(spec)
    found = stored.stored(source) if source else None
    state, size = _state(found, path)
    told: dict[str, Any] = {"name": entry.name if entry else spec, "state": state}
    told |= {"path": str(path) if state == "here" else None, "size_bytes": size}
    if found and found.paused:
        told["fetched_bytes"] = found.paused
    if source is not None:
        told |= {"repo": source.repo, "files": list(source.files)}
    if entry is not None:
        told["catalog"] = _catalog_facts(entry)
    if path.is_file():
        told["header"] = _header_facts(path)
        record = stored.read_record(path)
        told["pulled"] = dataclasses.asdict(record) if record else None
    return told


def _catalog_facts(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "licence": entry.licence,
        "context": entry.context,
        "thinking": entry.thinking.value,
        "budgets": list(entry.budgets),
        "sampler": _sampler(entry.sampler),
        "thinking_sampler": _sampler(entry.thinking_sampler) if entry.thinking_sampler else None,
        "draft": entry.draft or None,
        "note": entry.note or None,
        "unconfirmed": list(entry.unconfirmed),
    }


def _sampler(sampler: Sampler) -> dict[str, float]:
    keys = ("temperature", "top_p", "top_k", "min_p")
    return {key: getattr(sampler, key) for key in keys}


def _header_facts(path: Path) -> dict[str, Any]:
    """What the file says about itself. Raises: ModelLoadError."""
    from atlas_tui.engine.llama.gguf_header import read_header

    header = read_header(path)
    return {
        "name": header.text("general.name") or None,
        "architecture": header.architecture or None,
        "licence": header.text("general.license") or None,
        "context": header.number("context_length") or None,
        "layers": header.number("block_count") or None,
        "width": header.number("embedding_length") or None,
        "vocabulary": header.lengths.get("tokenizer.ggml.tokens"),
        "chat template": bool(header.text("tokenizer.chat_template").strip()),
    }


def _words(value: Any, key: str = "") -> str:
    match value:
        case None:
            return "none" if key in _NONE else _UNKNOWN
        case []:
            return "none"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case list():
            return ", ".join(_words(one) for one in value)
        case dict():
            return ", ".join(f"{name} {_words(one)}" for name, one in value.items())
    return str(value)
