"""Whatever runs the model. Importing this loads no model library."""

from __future__ import annotations

from pathlib import Path


def bundled_model_path() -> Path:
    """Where the small model that comes with the program lies (it may be missing in a bare checkout)."""
    return Path(__file__).parent / "bundled" / "atlas-tiny.gguf"
