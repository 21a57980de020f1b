"""What is executed in isolation: the command lines of each tier, and what is handed over in memory.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import fcntl
import importlib.util
import marshal
import os
import resource
from functools import cache
from pathlib import Path
from typing import Any

from atlas_tui.sandbox import inside
from atlas_tui.sandbox.inside import confine
from atlas_tui.sandbox.supervisor import seccomp

SYSTEM_FOLDERS = (
    *("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share"),
    *("/usr/local/bin", "/usr/local/lib", "/usr/local/lib64"),
    *("/bin", "/sbin", "/lib", "/lib64", "/lib32", "/nix/store", "/gnu/store"),
)
"""What programs need of the system; not all of ``/usr``, where some keep projects (``/usr/src/app``)."""
SYSTEM_PREFIXES = ("/usr", "/usr/local")
"""Prefixes of interpreters that are shown by their parts in ``SYSTEM_FOLDERS``."""
CHOSEN_PROGRAMS = "/etc/alternatives"
"""Where Debian and its kin keep which awk or cc is meant."""
BUILD_FOLDERS = (CHOSEN_PROGRAMS, "/usr/include", "/usr/local/include")
"""What a project may need besides, to be built."""
_READABLE_FILES = (
    "/etc/ld.so.cache",
    "/proc/meminfo",
    "/proc/cpuinfo",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
)
_WRITABLE_FILES = ("/dev/null", "/dev/full")
_WORKER_MODULES = ("confine", "tidy", "limits", "notices", "harness", "ending", "candidate", "zygote")
_LAUNCH_MODULES = ("confine", "launch")
_TMP_BYTES, _SHM_BYTES = 64 << 20, 16 << 20

# The candidate's interpreter may be another than ours and must not need a file of ours: the code comes
# through a descriptor. Format 4 of marshal is the same from Python 3.4 on.
_BOOT = """\
import marshal, os, sys, types
fd = int(sys.argv[1])
modules, setup = marshal.loads(os.pread(fd, os.fstat(fd).st_size, 0))
os.close(fd)
packages = [("", ""), (".sandbox", ""), (".sandbox.inside", "")]
for name, code in packages + [(".sandbox.inside." + name, code) for name, code in modules]:
    module = types.ModuleType("atlas_tui" + name)
    sys.modules[module.__name__] = module
    exec(compile(code, module.__name__, "exec") if isinstance(code, str) else code, module.__dict__)
    if name:
        setattr(sys.modules[module.__name__.rpartition(".")[0]], name.rpartition(".")[2], module)
del name, code, modules, packages
module.main(setup)
"""

_LIMITED = """\
ulimit -S -t {cpu} && ulimit -H -t {cpu_hard} && ulimit -f {file_blocks} && ulimit -n {descriptors} &&
ulimit -c 0 && { {space} ; } && { ulimit -u {tasks} 2>/dev/null || ulimit -p {tasks} ; } || exit 125
printf '\\001' >&2
exec "$@"
"""
"""For any POSIX shell; the number of tasks has two names. Set inside, it counts the sandbox alone."""
STARTED = b"\x01"
"""What standard error begins with when all that precedes the command has worked."""
_DESCRIPTORS = 256


@cache
def _modules(names: tuple[str, ...], magic: str) -> list[tuple[str, Any]]:
    """The files that run inside; compiled when the interpreter there reads the same bytecode as ours."""
    here = Path(inside.__file__).parent
    found: list[tuple[str, Any]] = []
    for name in names:
        source = (here / f"{name}.py").read_text("utf-8")
        same = magic == importlib.util.MAGIC_NUMBER.hex()
        found.append((name, compile(source, f"atlas_tui.sandbox.inside.{name}", "exec") if same else source))
    return found


def worker_boot(spec: dict[str, Any], folder: str, control: int) -> bytes:
    """Everything a warm worker needs, to be read from one descriptor.

    Args:
        spec: tier, interpreter and bubblewrap, as ``probing.request`` gives them.
        folder: where its runs may write; in the tier reduced, one of its own.
        control: the descriptor of its orders.

    Raises:
        KeyError: no filter is known for this architecture.
    """
    full, machine, landlock = spec["tier"] == "full", os.uname().machine, confine.landlock_abi()
    # Beside the mount of an interpreter in /tmp, what a run leaves could not be told from what must stay.
    kept = [path.split("/")[2] for path in spec["python"]["mounts"] if full and path.startswith("/tmp/")]
    fresh = not full or bool(kept)
    setup = {
        "folder": folder,
        "mounts": full,
        "kept": kept,
        "fresh": fresh,
        "readable": [*SYSTEM_FOLDERS, *_READABLE_FILES, *spec["python"]["mounts"]],
        "writable": [*_WRITABLE_FILES, *(["/dev/shm"] if full else []), *([] if fresh else ["/tmp"])],
        "landlock": landlock,
        "machine": machine,
        "any_pid": seccomp.ANY_PID,
        "noticed": seccomp.noticed(machine),
        "filters": {
            "worker": b"" if full else seccomp.worker_filter(machine),
            "noticed": seccomp.candidate_filter(machine, full, landlock, notify=True),
            "plain": seccomp.candidate_filter(machine, full, landlock),
        },
        "control_fd": control,
    }
    return marshal.dumps((_modules(_WORKER_MODULES, spec["python"]["magic"]), setup), 4)


def launch_boot(spec: dict[str, Any], setup: dict[str, Any]) -> bytes:
    """Everything that is needed to lock a process in that then becomes a command (see ``launch.main``)."""
    return marshal.dumps((_modules(_LAUNCH_MODULES, spec["python"]["magic"]), setup), 4)


def launch_setup(
    request: dict[str, Any], folder: str, rules: bytes, tasks: int, lines: tuple[int, int]
) -> dict[str, Any]:
    """What ``launch.main`` takes for a command in the tier reduced, whose files are below ``folder``.

    ``lines`` are its ends of the pipes to the supervisor (``isolated.Lines``).
    """
    box = request["box"]
    shown = [*SYSTEM_FOLDERS, *BUILD_FOLDERS, *_READABLE_FILES, *box["mounts"], os.path.join(folder, "box")]
    return {
        "command": box["command"],
        "environment": {**environment(os.path.join(folder, "tmp")), **box["environment"]},
        "start": box["start"],
        "readable": [*shown, *confine.OWN_FACTS],
        "writable": [*_WRITABLE_FILES, os.path.join(folder, "tmp"), os.path.join(folder, "tree")],
        "landlock": confine.landlock_abi(),
        "filter": rules,
        "any_pid": seccomp.ANY_PID,
        "cpu": _seconds(request["limits"]["cpu_seconds"]),
        "space": box["space_bytes"],
        "file_size": box["file_bytes"],
        "tasks": tasks,
        "info_fd": lines[0],
        "lifeline_fd": lines[1],
    }


def in_memory(name: str, content: bytes) -> int:
    """A descriptor of a read-only file that exists only in memory."""
    descriptor = os.memfd_create(name, os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    place = 0
    while place < len(content):
        place += os.write(descriptor, memoryview(content)[place:])
    os.lseek(descriptor, 0, os.SEEK_SET)
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


def interpreter(python: dict[str, Any], boot_descriptor: int, *flags: str) -> list[str]:
    """The command that starts code of ours inside."""
    return [python["path"], "-I", "-B", "-X", "utf8", *flags, "-c", _BOOT, str(boot_descriptor)]


def environment(home: str) -> dict[str, str]:
    """All that a candidate sees of an environment."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home}


def worker_line(spec: dict[str, Any], rules: int) -> list[str]:
    """bubblewrap around a warm worker, whose own process is the first of its namespace."""
    options = set(spec["bwrap"]["options"])
    line = _namespaces(spec["bwrap"], {"--as-pid-1"} & options) + _system(())
    line += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    line += _sized("/dev/shm", _SHM_BYTES, options) + _sized("/tmp", _TMP_BYTES, options)
    return [*line, *_end(spec["python"]["mounts"], environment("/tmp"), "/tmp", rules)]


def names_known(user: int, group: int) -> dict[str, bytes]:
    """Files of the system by which the tests of a project find who they are, and ``localhost``."""
    return {
        "/etc/hosts": b"127.0.0.1 localhost\n::1 localhost\n",
        "/etc/nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
        "/etc/passwd": b"tester:x:%d:%d:tester:/tmp:/bin/sh\n" % (user, group),
        "/etc/group": b"tester:x:%d:\n" % group,
    }


def box_line(request: dict[str, Any], files: list[tuple[str, int]], tree: str, rules: int) -> list[str]:
    """bubblewrap around one command of ``request``.

    Args:
        request: as the supervisor takes it (``oneshot.BoxRun``).
        files: what to show under ``/box``, or at an absolute path: names and descriptors of their contents.
        tree: folder on the host that becomes ``/tree``, or empty.
        rules: descriptor of the system call filter.
    """
    box, options = request["box"], set(request["bwrap"]["options"])
    more = BUILD_FOLDERS if tree else (CHOSEN_PROGRAMS,)  # each folder costs every run
    line = _namespaces(request["bwrap"], set()) + _system(more)
    # The first process is bubblewrap's own, and would let itself be written to: it is hidden.
    line += ["--proc", "/proc", *_sized("/proc/1", 4096, options), "--remount-ro", "/proc/1"]
    line += ["--dev", "/dev", "--remount-ro", "/dev"]
    line += _sized("/dev/shm", _SHM_BYTES, options) + _sized("/tmp", box["tmp_bytes"], options)
    for name, descriptor in files:
        line += ["--perms", "0555", "--ro-bind-data", str(descriptor), os.path.join("/box", name)]
    if tree:
        line += ["--bind", tree, "/tree"]
    values = {**environment("/tmp"), **box["environment"]}
    line += _end(box["mounts"], values, box["start"], rules)
    return [*line, "/bin/sh", "-c", _limited(request), "sh", *box["command"]]


def _limited(request: dict[str, Any]) -> str:
    box, cpu = request["box"], _seconds(request["limits"]["cpu_seconds"])
    space = _at_most(box["space_bytes"], resource.RLIMIT_AS) >> 10
    values = {
        "cpu": _at_most(cpu, resource.RLIMIT_CPU),
        "cpu_hard": _at_most(cpu + 1, resource.RLIMIT_CPU),
        "file_blocks": _at_most(box["file_bytes"], resource.RLIMIT_FSIZE) >> 9,
        "descriptors": _at_most(_DESCRIPTORS, resource.RLIMIT_NOFILE),
        "space": f"ulimit -v {space}" if box["space_bytes"] else ":",
        "tasks": _at_most(box["tasks"], resource.RLIMIT_NPROC),
    }
    script = _LIMITED
    for name, value in values.items():
        script = script.replace("{" + name + "}", str(value))
    return script


def _at_most(wanted: int, which: int) -> int:
    """``wanted``, or the hard limit that this process was itself given."""
    hard = resource.getrlimit(which)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _seconds(cpu: float) -> int:
    return int(-(-cpu // 1))


def _namespaces(bwrap: dict[str, Any], more: set[str]) -> list[str]:
    """The start of every bubblewrap command line.

    Its own environment must be minimal too: ``--clearenv`` clears only that of the program, not what
    ``/proc/1/environ`` shows (containers/bubblewrap#800).
    """
    line = [bwrap["path"], "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    line += [one for one in ("--disable-userns", "--clearenv") if one in bwrap["options"]]
    return [*line, *sorted(more), "--cap-drop", "ALL", "--hostname", "sandbox"]


def _system(more: tuple[str, ...]) -> list[str]:
    line: list[str] = []
    for folder in (*SYSTEM_FOLDERS, *more):
        if os.path.islink(folder):
            line += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            line += ["--ro-bind", folder, folder]
    if os.path.exists("/etc/ld.so.cache"):
        line += ["--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    return line


def _sized(folder: str, size: int, options: set[str]) -> list[str]:
    return [*(["--size", str(size)] if "--size" in options else []), "--tmpfs", folder]


def _end(mounts: list[str], values: dict[str, str], start: str, rules: int) -> list[str]:
    line: list[str] = []
    for folder in mounts:  # late: one may lie below /tmp
        line += ["--ro-bind", folder, folder]
    line += ["--remount-ro", "/", "--chdir", start]
    for name, value in values.items():
        line += ["--setenv", name, value]
    return [*line, "--seccomp", str(rules), "--"]
