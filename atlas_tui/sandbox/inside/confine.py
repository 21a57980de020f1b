"""Locks the calling process in: rlimits, no_new_privs, Landlock, seccomp, all by plain system calls.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
Constants are from ``linux/prctl.h``, ``linux/landlock.h`` and ``linux/seccomp.h``.
"""

from __future__ import annotations

import ctypes
import os
import resource
import stat
import struct

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_SET_MODE_FILTER, _FLAG_NEW_LISTENER = 1, 1 << 3
_PR_SET_CHILD_SUBREAPER = 36
# The same numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF, _PIDFD_OPEN, _CLOSE_RANGE = 444, 445, 446, 434, 436
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_MAKE_SYM, _REFER, _TRUNCATE, _IOCTL_DEV = 1 << 12, 1 << 13, 1 << 14, 1 << 15
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE

READ = _READ_FILE | _READ_DIR
WRITE = (
    READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER
)

OWN_FACTS = tuple(
    "/proc/self/" + name
    for name in ("cmdline", "comm", "environ", "fd", "limits", "maps", "stat", "statm", "status")
)
"""What a program may read of itself; the C library needs ``maps``. Not all of the folder: without an own
network and mount namespace, its net/ and mountinfo show those of the host."""

_libc = ctypes.CDLL(None, use_errno=True)
_fork = ctypes.PyDLL(None, use_errno=True).fork
_NO_FLAGS = ctypes.c_uint(0)


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


def process_descriptor(pid: int) -> int:
    """A descriptor that becomes readable when ``pid`` has ended (``pidfd_open``, which Python has from 3.9).

    Raises:
        Refusal: the kernel has no such thing, or there is no such process.
    """
    return _checked(_syscall(_PIDFD_OPEN, ctypes.c_int(pid), ctypes.c_uint(0)), "pidfd_open")


def fork() -> int:
    """As ``os.fork``, for a process with one thread.

    The interpreter's own would also put right what other threads had left: a third of the time of
    a short run.

    Raises:
        Refusal: no process could be made.
    """
    return _checked(_fork(), "fork")


def close_from(first: int) -> None:
    """Close all descriptors from ``first`` on (``close_range``, Linux 5.9)."""
    if _syscall(_CLOSE_RANGE, ctypes.c_uint(first), ctypes.c_uint(0xFFFFFFFF), _NO_FLAGS) < 0:
        os.closerange(first, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def adopt_orphans() -> None:
    """Have descendants whose parents end become children of this process."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1, "PR_SET_CHILD_SUBREAPER")


def landlock_abi() -> int:
    """The Landlock ABI of this kernel; 0 where there is none."""
    return max(0, _syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1)))


class Territory:
    """What a process may reach of the file system, and no TCP; put in force as often as one likes.

    The paths of ``prepare`` are opened once; missing ones are passed over.
    """

    def __init__(self, abi: int, execute: bool = False) -> None:
        """``execute``: programs under all of the paths may be executed."""
        self._handled = (1 << 13) - 1
        for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
            self._handled |= right if abi >= since else 0
        tcp, scopes = 0b11, 0b11  # bind and connect; abstract sockets and signals
        attributes = struct.pack("=QQQ", self._handled, tcp, scopes)
        self._attributes = attributes[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
        self._execute = _EXECUTE if execute else 0
        self._prepared: list[bytes] = []

    def prepare(self, readable: list[str], writable: list[str]) -> None:
        """Rules for paths that stay the same; a descriptor of each stays open."""
        self._prepared += self._rules(readable, writable)

    def enforce(self, readable: list[str], writable: list[str]) -> None:
        """Let this process reach only what was prepared, and what is under these paths.

        Raises:
            Refusal: the kernel did not take it.
        """
        size = ctypes.c_size_t(len(self._attributes))
        ruleset = _checked(_syscall(_CREATE_RULESET, self._attributes, size, _NO_FLAGS), "Landlock")
        try:
            fresh = self._rules(readable, writable)
            number, kind = ctypes.c_int(ruleset), ctypes.c_int(_RULE_PATH_BENEATH)
            for rule in [*self._prepared, *fresh]:
                _checked(_syscall(_ADD_RULE, number, kind, rule, _NO_FLAGS), "Landlock rule")
            _checked(_syscall(_RESTRICT_SELF, number, _NO_FLAGS), "Landlock")
        finally:
            os.close(ruleset)
        for rule in fresh:
            os.close(struct.unpack("=Qi", rule)[1])

    def _rules(self, readable: list[str], writable: list[str]) -> list[bytes]:
        rules = []
        for paths, rights in ((readable, READ), (writable, WRITE)):
            for path in paths:
                try:
                    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
                except OSError:
                    continue  # not on this machine: nothing there to allow
                allowed = (rights | self._execute) & self._handled
                if not stat.S_ISDIR(os.fstat(place).st_mode):
                    allowed &= _FILE_RIGHTS
                rules.append(struct.pack("=Qi", allowed, place))
        return rules


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def _header(program: bytes) -> tuple[_Program, object]:
    """What the kernel takes for a filter, and the memory it points to."""
    buffer = ctypes.create_string_buffer(program, len(program))
    return _Program(len(program) // 8, ctypes.addressof(buffer)), buffer


def load_filter(program: bytes) -> None:
    """Put the seccomp ``program`` (BPF bytes) in force for this process.

    Raises:
        Refusal: the kernel did not take it.
    """
    header, buffer = _header(program)
    mode = ctypes.c_ulong(_SECCOMP_MODE_FILTER)
    zero = ctypes.c_ulong(0)
    _checked(_libc.prctl(_PR_SET_SECCOMP, mode, ctypes.byref(header), zero, zero), "seccomp")
    del buffer


def load_listened_filter(program: bytes, machine: str) -> int:
    """As ``load_filter``; gives the descriptor on which the calls it holds are heard of, or -1 without one.

    Whoever has the descriptor could let them pass: close it before anything untrusted runs.
    """
    header, buffer = _header(program)
    number = {"x86_64": 317, "aarch64": 277}[machine]
    flags = ctypes.c_uint(_FLAG_NEW_LISTENER)
    descriptor = _syscall(number, ctypes.c_uint(_SET_MODE_FILTER), flags, ctypes.byref(header))
    del buffer
    return descriptor


def _lower(which: int, soft: int, hard: int) -> None:
    """Lower a limit; one that is already lower stays."""
    current = resource.getrlimit(which)[1]
    if current != resource.RLIM_INFINITY:
        soft, hard = min(soft, current), min(hard, current)
    resource.setrlimit(which, (soft, hard))


def no_core() -> None:
    """A signal that ends this process leaves no file."""
    _lower(resource.RLIMIT_CORE, 0, 0)


def limit_resources(cpu: int, space: int, file_size: int, processes: int) -> None:
    """Lower the rlimits of this process.

    Args:
        cpu: seconds; SIGXCPU then, SIGKILL one second later.
        space: bytes of address space, 0 for no limit; generous, because stacks and mappings count whether
            used or not.
        file_size: bytes of one file.
        processes: tasks of this user, 0 for no limit. Only meaningful inside an own user namespace,
            elsewhere the kernel counts everything else the person runs too.
    """
    _lower(resource.RLIMIT_CPU, cpu, cpu + 1)
    if space:
        _lower(resource.RLIMIT_AS, space, space)
    _lower(resource.RLIMIT_FSIZE, file_size, file_size)
    _lower(resource.RLIMIT_NOFILE, 256, 256)
    _lower(resource.RLIMIT_CORE, 0, 0)
    _lower(resource.RLIMIT_MEMLOCK, 0, 0)
    if processes:
        _lower(resource.RLIMIT_NPROC, processes, processes)
