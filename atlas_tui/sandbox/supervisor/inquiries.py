"""What the supervisor finds out about this machine when asked.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

from atlas_tui.sandbox.supervisor import folders
from atlas_tui.sandbox.supervisor.isolated import dropped


def ask_interpreter(path: str, drop: bool) -> dict[str, Any]:
    """Where an interpreter lives, told by itself.

    Raises:
        OSError, subprocess.SubprocessError, ValueError: it cannot be run, does not answer or is no Python.
    """
    question = (
        "import importlib.util as u, json, sys; print(json.dumps([sys.executable,"
        " sys.base_prefix, sys.base_exec_prefix, '%d.%d.%d' % sys.version_info[:3], u.MAGIC_NUMBER.hex()]))"
    )
    done = subprocess.run(
        [path, "-I", "-S", "-c", question], stdin=subprocess.DEVNULL, capture_output=True, timeout=10,
        cwd="/", env={"PATH": "/usr/bin:/bin"}, **(dropped() if drop else {}),
    )  # fmt: skip
    if done.returncode != 0:
        last_line = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise ValueError(last_line[-200:] or f"it ended with {done.returncode}")
    executable, base, exec_base, version, magic = json.loads(done.stdout)
    # Without site (whose .pth files would run out here) no interpreter says that it is a virtual environment.
    folder = os.path.dirname(os.path.dirname(executable))
    virtual = os.path.exists(os.path.join(folder, "pyvenv.cfg"))
    path = executable if virtual else os.path.realpath(executable)
    prefixes = [folder, base, exec_base] if virtual else [base, exec_base]
    return {"path": path, "prefixes": prefixes, "version": version, "magic": magic}


def lay_bait() -> str:
    """Make a file in a folder of its own, both open to everyone as far as modes go; gives the file's path.

    The folder is opened last: from then on others may put links in it, which we must not write through.

    Raises:
        OSError: it cannot be made.
    """
    path = os.path.join(folders.make("probe"), "secret")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(b"secret")
        os.fchmod(file.fileno(), 0o666)
    os.chmod(os.path.dirname(path), 0o1777)
    return path


def find_bubblewrap() -> dict[str, Any]:
    """Path, version and the options this bubblewrap has; an empty path when there is none."""
    path = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin")
    if path is None:
        return {"path": "", "version": "", "options": []}
    known = ("--disable-userns", "--as-pid-1", "--clearenv", "--size", "--perms")
    try:
        asked = [
            subprocess.run([path, flag], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, env={})
            for flag in ("--version", "--help")
        ]
    except (OSError, subprocess.SubprocessError):
        return {"path": "", "version": "", "options": []}
    version, text = (done.stdout.decode("utf-8", "replace") for done in asked)
    return {"path": path, "version": version.strip(), "options": [name for name in known if name in text]}
