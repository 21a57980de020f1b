"""``atlas-tui models pull``: fetch a model from the hub."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from atlas_tui.cli import exits, models_shown
from atlas_tui.cli.plain import plain
from atlas_tui.errors import InputError

if TYPE_CHECKING:
    from atlas_tui.engine.catalog import Source
    from atlas_tui.engine.pulling import Progress, Pulled

_SPEC = "A name of the catalog, or hf:owner/repo:file.gguf; hf:owner/repo shows what there is."


def pull(model: Annotated[str, typer.Argument(help=_SPEC, show_default=False)]) -> None:
    """Fetch a model, or the rest of one: what an earlier pull fetched is kept, also after Ctrl+C or a kill.

    Exit codes: 0 it is here and its checksum is right; 2 it cannot be pulled; 5 refused: no space, or it is
    being pulled already; 130 paused.
    """
    from atlas_tui.engine import catalog, pulling

    if model.startswith(catalog.HUB):
        repo, file = catalog.hub_spec(model)
        if not file:
            _show_files(repo)
    source = _wanted(model)
    entry = catalog.of_source(source)
    licence = f", licence {entry.licence}" if entry else ""
    sys.stderr.write(plain(f"{source.files[0]} from {source.repo}{licence}") + "\n")
    line, last = models_shown.Line(), None

    def report(progress: Progress) -> None:
        nonlocal last
        last = progress
        line.show(_state(progress))

    try:
        pulled = pulling.pull(source, report)
    except KeyboardInterrupt:
        line.end()
        here = f"{models_shown.size(last.done)} of {models_shown.size(last.total)} are here" if last else ""
        sys.stderr.write(
            plain(f"paused{': ' if here else ''}{here}; go on by `atlas-tui models pull {model}`\n")
        )
        sys.exit(exits.CANCELLED)
    finally:
        line.end()
    _tell(model, pulled)


def _wanted(model: str) -> Source:
    """What is to be fetched. Raises: InputError, ModelLoadError."""
    from atlas_tui.engine import catalog

    source = catalog.source(model)
    if source is not None:
        return source
    if catalog.named(model):
        raise InputError(f"{model} is not pulled", "it comes with the program", "use it right away")
    why = "it is neither a name of the catalog nor of the form hf:owner/repo:file.gguf"
    raise InputError(f"{model!r} cannot be pulled", why, "see `atlas-tui models list`")


def _show_files(repo: str) -> None:
    """Tell the GGUF files of a repository, then ask for one. Raises: InputError, PullError."""
    from atlas_tui.engine import hub

    files = hub.gguf_files(repo)
    if not files:
        raise InputError(f"{repo} has no GGUF file", "", "look for a repository whose name ends with GGUF")
    for name, count in files:
        sys.stdout.write(plain(f"{models_shown.size(count):>10}  {name}") + "\n")
    sys.stdout.flush()
    todo = f"name one: `atlas-tui models pull hf:{repo}:FILE`"
    raise InputError("It is not known which file is meant", f"{repo} has {len(files)} of them", todo)


def _state(progress: Progress) -> str:
    """One state of a pull in one line."""
    of = f" of {models_shown.size(progress.total)}" if progress.total is not None else ""
    share = f"  {progress.done / progress.total:4.0%}" if progress.total else ""
    if progress.checking:
        return f"checking what is here: {models_shown.size(progress.done)}{of}{share}"
    rate = f"  {progress.rate / 1e6:.1f} MB/s" if progress.rate else ""
    left = ""
    # The first second tells how long connecting takes, not how fast the line is.
    if progress.total is not None and progress.rate and progress.seconds > 2:
        left = f"  {models_shown.span((progress.total - progress.done) / progress.rate)} left"
    return f"{models_shown.size(progress.done)}{of}{share}{rate}{left}  {progress.file}"


def _tell(model: str, pulled: Pulled) -> None:
    from atlas_tui.engine import catalog
    from atlas_tui.engine.base import ModelLoadError
    from atlas_tui.engine.llama.gguf_header import check_model

    check = "checksum right" if pulled.checked else "the hub has no checksum to compare"
    if pulled.fetched:
        how = f"{models_shown.size(pulled.fetched)} fetched in {models_shown.span(pulled.seconds)}"
    else:
        how = "it was here already"
    sys.stderr.write(f"{models_shown.size(pulled.size)}, {how}, {check}\n")
    try:
        check_model(pulled.path)
        sys.stderr.write(plain(f"use it by `atlas-tui models use {model}`") + "\n")
    except ModelLoadError as error:
        sys.stderr.write(plain(f"but it cannot be used here: {error}") + "\n")
    entry = catalog.named(model)
    draft = catalog.named(entry.draft) if entry and entry.draft else None
    if draft and draft.source and draft.source.missing:
        sys.stderr.write(f"its draft model, for speed: `atlas-tui models pull {draft.name}`\n")
    sys.stdout.write(plain(str(pulled.path)) + "\n")
