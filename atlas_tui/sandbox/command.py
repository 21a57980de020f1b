"""What is executed for one run: the command line of each tier, and what it is handed in memory.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import fcntl
import importlib.util
import marshal
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from atlas_tui.sandbox import seccomp

NOBODY = 65534
"""User and group of the runs when the app was started as root: uid 0 could write to the host's /proc."""

SYSTEM_FOLDERS = (
    *("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share"),
    *("/usr/local/bin", "/usr/local/lib", "/usr/local/lib64"),
    *("/bin", "/sbin", "/lib", "/lib64", "/lib32", "/nix/store", "/gnu/store"),
)
"""What programs need of the system; not all of ``/usr``, where some keep projects (``/usr/src/app``)."""
SYSTEM_PREFIXES = ("/usr", "/usr/local")
"""Prefixes of interpreters that are shown by their parts in ``SYSTEM_FOLDERS``."""
_READABLE_FILES = (
    "/etc/ld.so.cache",
    "/proc/meminfo",
    "/proc/cpuinfo",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
)
_WRITABLE_FILES = ("/dev/null", "/dev/full")
_MODULES = ("seccomp", "confine", "tidy", "harness", "inside")
_TMP_BYTES, _SHM_BYTES = 64 << 20, 16 << 20

# The candidate's interpreter may be another than ours and must not need a file of ours: the code comes
# through a descriptor. Format 4 of marshal is the same from Python 3.4 on.
_BOOT = """\
import marshal, os, sys, types
fd = int(sys.argv[1])
modules, job = marshal.loads(os.pread(fd, os.fstat(fd).st_size, 0))
os.close(fd)
for name, code in [("", ""), (".sandbox", "")] + [(".sandbox." + name, code) for name, code in modules]:
    module = types.ModuleType("atlas_tui" + name)
    sys.modules[module.__name__] = module
    exec(compile(code, module.__name__, "exec") if isinstance(code, str) else code, module.__dict__)
    if name:
        setattr(sys.modules[module.__name__.rpartition(".")[0]], name.rpartition(".")[2], module)
del name, code, modules
module.main(job)
"""


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Ends of the pipes that a run is given."""

    result: int
    report: int
    lifeline: int


@cache
def _modules(magic: str) -> list[tuple[str, Any]]:
    """The files that run inside; compiled when the interpreter there reads the same bytecode as ours."""
    here = Path(__file__).parent
    found: list[tuple[str, Any]] = []
    for name in _MODULES:
        source = (here / f"{name}.py").read_text("utf-8")
        same = magic == importlib.util.MAGIC_NUMBER.hex()
        found.append((name, compile(source, f"atlas_tui.sandbox.{name}", "exec") if same else source))
    return found


def payload(request: dict[str, Any], folder: str, own: Descriptors, key: str) -> bytes:
    """Everything the first process inside needs for this run, to be read from one descriptor.

    What comes back over ``own.result`` counts only behind ``key``.
    """
    full = request["tier"] == "full"
    python, limits = request["python"], request["limits"]
    job = {
        "source": request["source"],
        "entry_point": request["entry_point"],
        "arguments": request["arguments"],
        "key": key,
        "folder": folder,
        "mounts": full,
        "as_first": full and "--as-pid-1" in request["bwrap"]["options"],
        "readable": [*SYSTEM_FOLDERS, *_READABLE_FILES, *python["mounts"]],
        "writable": [*_WRITABLE_FILES, *(["/tmp", "/dev/shm"] if full else [folder])],
        "result_fd": own.result,
        "report_fd": own.report,
        "lifeline_fd": own.lifeline,
        **limits,
    }
    return marshal.dumps((_modules(python["magic"]), job), 4)


def in_memory(name: str, content: bytes) -> int:
    """A descriptor of a read-only file that exists only in memory."""
    descriptor = os.memfd_create(name, os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


def interpreter(python: dict[str, Any], boot_descriptor: int) -> list[str]:
    """The command that starts the first process inside."""
    return [python["path"], "-I", "-B", "-X", "utf8", "-c", _BOOT, str(boot_descriptor)]


def environment(home: str) -> dict[str, str]:
    """All that a candidate sees of an environment."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home}


def bubblewrap(request: dict[str, Any], filter_descriptor: int) -> list[str]:
    """The bubblewrap command line up to the program's own command.

    Its own environment must be minimal too: ``--clearenv`` clears only that of the program, not what
    ``/proc/1/environ`` shows (containers/bubblewrap#800).
    """
    bwrap = request["bwrap"]
    options = set(bwrap["options"])
    line = [bwrap["path"], "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    line += [option for option in ("--disable-userns", "--as-pid-1", "--clearenv") if option in options]
    line += ["--cap-drop", "ALL", "--hostname", "sandbox"]
    for folder in SYSTEM_FOLDERS:
        if os.path.islink(folder):
            line += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            line += ["--ro-bind", folder, folder]
    if os.path.exists("/etc/ld.so.cache"):
        line += ["--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    sized = "--size" in options
    line += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    for folder, size in (("/dev/shm", _SHM_BYTES), ("/tmp", _TMP_BYTES)):
        line += ["--size", str(size)] if sized else []
        line += ["--tmpfs", folder]
    for folder in request["python"]["mounts"]:  # last: one may lie below /tmp
        line += ["--ro-bind", folder, folder]
    line += ["--remount-ro", "/", "--chdir", "/tmp"]
    for name, value in environment("/tmp").items():
        line += ["--setenv", name, value]
    return [*line, "--seccomp", str(filter_descriptor), "--"]


def base_filter() -> bytes:
    """The seccomp program for all that runs inside.

    Raises:
        KeyError: not known for this architecture.
    """
    return seccomp.base_filter(os.uname().machine)
