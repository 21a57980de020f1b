"""``atlas-tui models use``: write the chosen model into the settings file."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from atlas_tui import paths, settings
from atlas_tui.cli import models_shown
from atlas_tui.cli.plain import plain
from atlas_tui.store.settings_file import set_key

VARIABLE = f"{settings.ENV_PREFIX}MODEL__PATH"


def use(model: Annotated[str, typer.Argument(help=models_shown.SPEC, show_default=False)]) -> None:
    """Use a model from now on: writes model.path into the settings file, and leaves the rest of it as it is.

    Exit codes: 0 written; 2 the model is not here, or is none, or the settings cannot be written.
    """
    from atlas_tui.engine import catalog, shelf
    from atlas_tui.engine.llama.gguf_header import check_model

    path = catalog.locate(model)
    check_model(path)
    value = shelf.setting_of(model, path)
    file = paths.config_file()
    set_key(file, "model", "path", value)
    told = f"model.path = {value!r} in {file}" if value else f"the bundled model, in {file}"
    sys.stdout.write(plain(told) + "\n")
    if VARIABLE in {name.upper() for name in os.environ}:
        sys.stderr.write(f"but {VARIABLE} is set, and wins\n")
    if server := settings.load().remote.base_url:
        sys.stderr.write(plain(f"but remote.base_url is {shelf.address(server)}, and wins") + "\n")
