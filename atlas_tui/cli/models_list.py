"""``atlas-tui models list``, ``info`` and ``fit``: what is known about models, without the network."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlas_tui.cli import models_shown
from atlas_tui.cli.inputs import load_settings
from atlas_tui.cli.plain import plain

if TYPE_CHECKING:
    from atlas_tui.engine.base import Sampler
    from atlas_tui.engine.catalog import Entry

_JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_UNKNOWN = "unknown"
_NONE = {"path", "thinking_sampler", "draft", "note", "pulled"}
"""Facts whose absence is known."""


def list_models(as_json: _JSON = False) -> None:
    """Models of the catalog and pulled ones: which are here, which fits this machine and why."""
    from atlas_tui.engine import shelf

    rows = shelf.rows(load_settings())
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
    from atlas_tui.engine import catalog, shelf, stored

    entry = catalog.named(spec or catalog.BUNDLED)
    source = entry.source if entry else catalog.source(spec)
    path = shelf.place(spec)
    found = stored.stored(source) if source else None
    state, size = shelf.state_of(found, path)
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
