"""A program that tries what no candidate may do. It is run in the sandbox to see every attempt fail.

``attempt`` gets what the app knows and the sandbox must hide, and returns the names of the attempts that
worked. Standard library only, Python 3.8 or newer.
"""

from __future__ import annotations

import os
import signal
import socket
import sys


def _write_outside(outside: str) -> None:
    with open(outside + ".written", "w") as file:
        file.write("x")


def _read_outside(outside: str) -> None:
    with open(outside) as file:
        file.read()


def _change_mode_outside(outside: str) -> None:
    os.chmod(outside, 0o600)


def _open_socket(outside: str) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def _open_unix_socket(outside: str) -> None:
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()


def _start_process(outside: str) -> None:
    if os.fork() == 0:
        os._exit(0)


def _execute(outside: str) -> None:
    os.execv(sys.executable, [sys.executable, "-c", "raise SystemExit(7)"])


def _signal_parent(outside: str) -> None:
    os.kill(os.getppid(), signal.SIGTERM)


def _signal_everyone(outside: str) -> None:
    os.kill(-1, signal.SIGCONT)


def _read_parent_environment(outside: str) -> None:
    with open(f"/proc/{os.getppid()}/environ", "rb") as file:
        if file.read():
            return
    raise PermissionError


def _list_home(outside: str) -> None:
    os.listdir(os.path.dirname(outside))


def _reach_the_network(outside: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(("192.0.2.1", 53))


def _change_the_kernels_settings(outside: str) -> None:
    os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))


def _write_to_the_system(outside: str) -> None:
    with open("/usr/lib/atlas-tui-probe", "w") as file:
        file.write("x")


_ALWAYS = (
    _write_outside, _read_outside, _change_mode_outside, _list_home, _reach_the_network,
    _change_the_kernels_settings, _write_to_the_system,
)  # fmt: skip
_STRICT = (
    _open_socket, _open_unix_socket, _start_process, _signal_parent, _signal_everyone,
    _read_parent_environment, _execute,
)  # fmt: skip


def attempt(outside: str, strict: bool = True) -> list[list[str]]:
    """Names of the attempts that worked and of those that failed, and what is seen of the environment."""
    worked: list[str] = []
    failed: list[str] = []
    for one in _ALWAYS + (_STRICT if strict else ()):
        try:
            one(outside)
            told = worked
        except OSError:
            told = failed
        told.append(one.__name__.strip("_").replace("_", " "))
    with open("probe", "w") as file:
        file.write("x")
    os.unlink("probe")
    return [worked, failed, sorted("=".join(pair) for pair in os.environ.items())]
