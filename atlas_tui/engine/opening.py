"""Which engine the settings ask for."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from atlas_tui.engine import bundled_model_path, catalog
from atlas_tui.engine.base import Engine
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.settings import Settings


def open_engine(settings: Settings) -> Engine:
    """A server where ``remote.base_url`` is set, else a file through llama.cpp. Nothing is loaded yet.

    Raises: EngineError: the server's address or key cannot be used.
    """
    if settings.remote.base_url:
        from atlas_tui.engine.remote import RemoteEngine  # its HTTP library is not needed for a file

        return RemoteEngine(settings.remote)
    return LlamaEngine(settings.model)


def model_name(settings: Settings) -> str:
    """What to call the model while it is not loaded. An address is shown without who logs in there."""
    if settings.remote.base_url:
        return settings.remote.model or (urlsplit(settings.remote.base_url).hostname or "server")
    spec = settings.model.path
    entry = catalog.named(spec)
    return entry.title if entry else Path(spec or bundled_model_path()).name.removesuffix(".gguf")
