"""From a load command to a session that is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from atlas_tui import paths
from atlas_tui.engine.llama import loading, native, speculating
from atlas_tui.engine.llama.saved import SavedPrefixes
from atlas_tui.engine.llama.session import Session


def open_session(frame: dict[str, Any], native_log: native.NativeLog, tell: Callable[..., None]) -> Session:
    """Load what the frame asks for; ``tell(fraction=…, gpu_layers=…)`` is called
    while it loads. Raises: ModelLoadError."""
    wanted = loading.Wanted(
        path=Path(frame["path"]),
        context=frame["context"],
        gpu_layers=frame["gpu_layers"],
        threads=frame["threads"],
        kv_type=frame["kv_type"],
        flash_attention=frame["flash_attention"],
        draft=Path(frame["draft"]) if frame["draft"] else None,
        speculation=frame["speculation"],
        skip=frame["skip"],
    )
    loaded = loading.load(
        wanted, native_log, lambda fraction, layers: tell(fraction=fraction, gpu_layers=layers)
    )
    info = loaded.info
    gains = speculating.measured(paths.bench_file(), info.fingerprint)
    kind = speculating.choose(wanted.speculation, gains, has_draft=loaded.draft is not None)
    if not loaded.context.goes_back:
        kind = "off"
    loaded = replace(loaded, info=replace(info, speculation=kind))
    key = f"{info.fingerprint} {info.kv_type} {native.version()}"
    saved = None
    if frame["saved_mb"]:
        saved = SavedPrefixes(Path(frame["saved_dir"]), key, frame["saved_mb"] << 20)
    guess = speculating.speculation(kind, loaded.model, on_gpu=info.gpu_layers > 0, draft=loaded.draft)
    return Session(loaded, saved=saved, speculation=guess)
