"""Which interpreters candidates could run on, and what must be visible for each."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from atlas_tui.sandbox import placing

OLDEST = (3, 8)


def candidates(chosen: str) -> list[str]:
    """Paths to try in order; only ``chosen`` (a path or a name on PATH) when it is given."""
    if chosen:
        path = str(Path(chosen).expanduser())
        return [path if os.sep in path else shutil.which(path) or path]
    # The base of a virtual environment: the candidate gets no package of ours.
    own = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    system = ["/usr/bin/python3", "/usr/local/bin/python3", "/bin/python3"]
    newest_first = sorted(Path("/usr/bin").glob("python3.[0-9]*[0-9]"), key=_minor, reverse=True)
    found = [own, *system, *(str(path) for path in newest_first)]
    return [path for path in dict.fromkeys(found) if os.path.exists(path)]


def _minor(path: Path) -> int:
    digits = path.name.partition(".")[2]
    return int(digits) if digits.isdigit() else 0


def placed(told: dict[str, Any]) -> dict[str, Any]:
    """What the supervisor needs to run on the interpreter that ``told`` this about itself.

    Raises:
        ValueError: it is too old, or all of a home folder would have to be shown for it.
    """
    version = str(told["version"])
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        raise ValueError(f"Python {version} is too old; {OLDEST[0]}.{OLDEST[1]} or newer is needed")
    mounts = placing.to_show([*told["prefixes"], os.path.dirname(os.path.dirname(told["path"]))])
    return {"path": told["path"], "version": version, "magic": told["magic"], "mounts": mounts}
