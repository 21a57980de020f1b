"""What isolation was found the last time: trying it again costs every start a quarter of a second.

It counts only for the same machine since it was started, with the same programs and settings, and is given up
at the first run that cannot be set up.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from atlas_tui import __version__, paths
from atlas_tui.sandbox.base import Isolation, Tier
from atlas_tui.sandbox.probing import Found
from atlas_tui.settings import SandboxSettings

log = logging.getLogger(__name__)

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_OWN = Path(__file__).parent


def _file() -> Path:
    return paths.state_dir() / "isolation.json"


def recall(settings: SandboxSettings) -> Found | None:
    """What was found under the same circumstances; None when nothing was, or they have changed."""
    try:
        kept = json.loads(_file().read_text("utf-8"))
        if kept["circumstances"] != _circumstances(settings, kept["python"]["path"], kept["bwrap"]["path"]):
            return None
        told = kept["isolation"]
        isolation = Isolation(
            **{**told, "tier": Tier(told["tier"]), "held": tuple(told["held"]), "cached": True}
        )
        return Found(isolation=isolation, python=kept["python"], bwrap=kept["bwrap"], boxes=kept["boxes"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("the remembered isolation cannot be used", exc_info=True)
        return None


def keep(settings: SandboxSettings, found: Found) -> None:
    """Remember what was found, unless it is that nothing works: that should be tried again."""
    if found.isolation.tier is Tier.NONE:
        return
    kept = {
        "circumstances": _circumstances(settings, found.python["path"], found.bwrap["path"]),
        "isolation": asdict(replace(found.isolation, cached=False)),
        "python": found.python, "bwrap": found.bwrap, "boxes": found.boxes,
    }  # fmt: skip
    beside = _file().with_suffix(f".{os.getpid()}")
    try:
        paths.private(beside.parent)
        beside.write_text(json.dumps(kept), "utf-8")
        beside.replace(_file())
    except OSError:
        log.warning("the isolation that was found is not remembered", exc_info=True)


def forget() -> None:
    """What was remembered has turned out wrong."""
    with contextlib.suppress(FileNotFoundError):
        _file().unlink()


def _circumstances(settings: SandboxSettings, *programs: str) -> list[Any]:
    """All that the finding may depend on and that can be asked quickly."""
    newest = max(path.stat().st_mtime_ns for path in _OWN.rglob("*.py"))
    # The PATH decides which interpreters there are to choose from.
    return [
        __version__, newest, _BOOT.read_text("ascii"), os.uname().release, os.geteuid(), os.getgid(),
        settings.python, settings.tier, os.environ.get("PATH", ""), [_stamp(path) for path in programs],
    ]  # fmt: skip


def _stamp(path: str) -> list[Any]:
    if not path:
        return [path]
    told = os.stat(path)
    return [path, told.st_mtime_ns, told.st_size, told.st_ino]
