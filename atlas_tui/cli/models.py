"""``atlas-tui models``: which models there are, fetching, checking, choosing and measuring them."""

from __future__ import annotations

import typer

from atlas_tui.cli.models_bench import bench
from atlas_tui.cli.models_keep import remove, verify
from atlas_tui.cli.models_list import info, list_models, show_fit
from atlas_tui.cli.models_pull import pull
from atlas_tui.cli.models_use import use

models = typer.Typer(
    help="List, pull, check, choose and measure models.\n\n"
    "A model is named by the catalog (qwen3-14b), by hf:owner/repo:file.gguf, or by a path.",
    no_args_is_help=True,
)
models.command("list")(list_models)
models.command("pull")(pull)
models.command("verify")(verify)
models.command("rm")(remove)
models.command("use")(use)
models.command("info")(info)
models.command("fit")(show_fit)
models.command("bench")(bench)
