"""Where files live: settings, sessions, logs, models. Each can be moved by ``ATLAS_TUI_HOME``."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

NAME = "atlas-tui"


def _base(kind: str, default: str) -> Path:
    home = os.environ.get("ATLAS_TUI_HOME")
    return Path(home).expanduser() / kind if home else Path(default)


def config_dir() -> Path:
    """Settings and themes of the person."""
    return _base("config", platformdirs.user_config_dir(NAME))


def state_dir() -> Path:
    """Sessions, undo journal and logs."""
    return _base("state", platformdirs.user_state_dir(NAME))


def data_dir() -> Path:
    """Downloaded models."""
    return _base("data", platformdirs.user_data_dir(NAME))


def cache_dir() -> Path:
    """What can be made again from the files it was made of."""
    return _base("cache", platformdirs.user_cache_dir(NAME))


def private(folder: Path) -> Path:
    """Make ``folder`` if needed, readable by its owner alone, and return it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def config_file() -> Path:
    return config_dir() / "config.toml"


def database() -> Path:
    return state_dir() / "sessions.sqlite3"


def journal_dir() -> Path:
    return state_dir() / "journal"


def log_dir() -> Path:
    return state_dir() / "log"


def models_dir() -> Path:
    """Pulled models."""
    return data_dir() / "models"


def saved_state_dir() -> Path:
    """States of read problem statements, by model."""
    return state_dir() / "prefixes"


def labels() -> Path:
    """Candidates that are known to be right or wrong: what the lens learns from."""
    return state_dir() / "labels.sqlite3"


def maps_dir() -> Path:
    """What is known of the files of repositories, by repository."""
    return cache_dir() / "maps"


def lens_dir() -> Path:
    """Trained weights of the lens, by model."""
    return state_dir() / "lens"


USUAL_RUNS = "atlas-bench"
"""Runs of the bench lie in this folder of the current one where no other is named."""


def bench_file() -> Path:
    """What `models bench` measured here, by model."""
    return state_dir() / "speculation.json"
