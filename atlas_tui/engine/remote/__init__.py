"""The engine for OpenAI-compatible servers. Importing this loads httpx."""

from atlas_tui.engine.remote.client import RemoteEngine

__all__ = ["RemoteEngine"]
