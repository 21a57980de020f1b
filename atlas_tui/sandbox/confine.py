"""Locks the calling process in: rlimits, no_new_privs, Landlock, seccomp, all by plain system calls.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
Constants are from ``linux/prctl.h``, ``linux/landlock.h`` and ``linux/seccomp.h``.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_RULE_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_SYM, _REFER, _TRUNCATE, _IOCTL_DEV = 1 << 12, 1 << 13, 1 << 14, 1 << 15
_FILE_RIGHTS = _WRITE_FILE | _READ_FILE | _TRUNCATE

READ = _READ_FILE | _READ_DIR
WRITE = READ | _FILE_RIGHTS | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER

_libc = ctypes.CDLL(None, use_errno=True)


class Refusal(Exception):
    """The kernel did not take a restriction; nothing may run then."""


def _checked(result: int, what: str) -> int:
    if result < 0:
        raise Refusal("%s: %s" % (what, os.strerror(ctypes.get_errno())))
    return result


def _syscall(number: int, *arguments: object) -> int:
    return int(_libc.syscall(ctypes.c_long(number), *arguments))


def _prctl(option: int, value: int, what: str) -> None:
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), what)


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send ``signal_number`` when the thread that started this process ends."""
    _prctl(_PR_SET_PDEATHSIG, signal_number, "PR_SET_PDEATHSIG")


def dumpable(allowed: bool) -> None:
    """Whether others of the same user may look into this process through ``/proc`` and ptrace."""
    _prctl(_PR_SET_DUMPABLE, int(allowed), "PR_SET_DUMPABLE")


def no_new_privileges() -> None:
    """No setuid helper gives anything from here on."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, "PR_SET_NO_NEW_PRIVS")


def landlock_abi() -> int:
    """The Landlock ABI of this kernel; 0 where there is none."""
    return max(0, _syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1)))


def landlock(readable: list[str], writable: list[str], abi: int) -> None:
    """Let this process reach only what is under these paths (missing ones are passed over), and no TCP.

    Raises:
        Refusal: the kernel did not take it.
    """
    handled = (1 << 13) - 1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        handled |= right if abi >= since else 0
    tcp, scopes = 0b11, 0b11  # bind and connect; abstract sockets and signals
    attributes = struct.pack("=QQQ", handled, tcp, scopes)[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = _checked(
        _syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)), "Landlock"
    )
    try:
        for paths, rights in ((readable, READ), (writable, WRITE)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        _checked(_syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0)), "Landlock")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not on this machine: nothing there to allow
    try:
        if not os.path.isdir(path):
            rights &= _FILE_RIGHTS
        rule = struct.pack("=Qi", rights, place)
        added = _syscall(
            _ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_RULE_PATH_BENEATH), rule, ctypes.c_uint(0)
        )
        _checked(added, "Landlock rule for " + path)
    finally:
        os.close(place)


def load_filter(program: bytes) -> None:
    """Put the seccomp ``program`` (BPF bytes) in force for this process.

    Raises:
        Refusal: the kernel did not take it.
    """
    buffer = ctypes.create_string_buffer(program, len(program))

    class _Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    header = _Program(len(program) // 8, ctypes.addressof(buffer))
    mode = ctypes.c_ulong(_SECCOMP_MODE_FILTER)
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(_PR_SET_SECCOMP, mode, ctypes.byref(header), zero, zero), "seccomp")


def _lower(which: int, soft: int, hard: int) -> None:
    """Lower a limit; one that is already lower stays."""
    current = resource.getrlimit(which)[1]
    if current != resource.RLIM_INFINITY:
        soft, hard = min(soft, current), min(hard, current)
    resource.setrlimit(which, (soft, hard))


def limit_resources(cpu: int, space: int, file_size: int, processes: int) -> None:
    """Lower the rlimits of this process.

    Args:
        cpu: seconds; SIGXCPU then, SIGKILL one second later.
        space: bytes of address space; generous, because stacks and mappings count whether used or not.
        file_size: bytes of one file.
        processes: tasks of this user, 0 for no limit. Only meaningful inside an own user namespace,
            elsewhere the kernel counts everything else the person runs too.
    """
    _lower(resource.RLIMIT_CPU, cpu, cpu + 1)
    _lower(resource.RLIMIT_AS, space, space)
    _lower(resource.RLIMIT_FSIZE, file_size, file_size)
    _lower(resource.RLIMIT_NOFILE, 256, 256)
    _lower(resource.RLIMIT_CORE, 0, 0)
    _lower(resource.RLIMIT_MEMLOCK, 0, 0)
    if processes:
        _lower(resource.RLIMIT_NPROC, processes, processes)
