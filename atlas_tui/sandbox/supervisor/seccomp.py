"""System call filters as classic BPF, made by hand so that no library is needed.

Runs in the supervisor, which hands the bytes to what runs inside: standard library only.
Numbers are from the Linux headers (``arch/x86/entry/syscalls/syscall_64.tbl``, ``asm-generic/unistd.h``);
the filter format is from ``linux/seccomp.h`` and ``linux/filter.h``.
"""

from __future__ import annotations

import struct
from functools import cache

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Machine name → (AUDIT_ARCH constant, column in the tables below)."""

ANY_PID = 0x7FA71A5D
"""Stands in a filter for the process that will run under it; see ``for_process``."""

_KILL, _ERRNO, _NOTIFY, _ALLOW = 0x80000000, 0x00050000, 0x7FC00000, 0x7FFF0000
_EPERM, _ENOSYS = 1, 38
_LAST_KNOWN = 456
"""Newer calls were not reviewed; they answer ENOSYS, which every caller must expect."""
_X32_BIT = 0x40000000

_NONE = -1

# No solution needs these: the program is killed (SIGSYS) and the verdict is SV.
_VIOLATIONS = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "iopl": (172, _NONE), "ioperm": (173, _NONE), "open_by_handle_at": (304, 265),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440), "kcmp": (312, 272), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "acct": (163, 89), "syslog": (103, 116), "modify_ldt": (154, _NONE), "nfsservctl": (180, 42),
    "lookup_dcookie": (212, 18), "vhangup": (153, 58), "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
}  # fmt: skip

# Memory that no process limit counts, and calls whose arguments a filter cannot see: as if there were none.
_MISSING = {
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "shmctl": (31, 195), "shmdt": (67, 197), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "semtimedop": (220, 192), "mq_open": (240, 180), "mq_unlink": (241, 181),
}  # fmt: skip
_MISSING_STRICT = {"clone3": (435, 435), "openat2": (437, 437)}

# Sockets beyond a connected pair: Landlock does not stop UDP nor the host's pathname sockets.
_NETWORK = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "sendmsg": (46, 211), "sendmmsg": (307, 269),
}  # fmt: skip

_ATTRIBUTES = {
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}  # fmt: skip

# Other processes, other users' time, and anything that outlives the program.
_DENIED_STRICT = {
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, _NONE), "vfork": (58, _NONE),
    "setsid": (112, 157), "setpgid": (109, 154), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "inotify_init": (253, _NONE), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "setpriority": (141, 140), "sched_setscheduler": (144, 119), "sched_setparam": (142, 118),
    "sched_setattr": (314, 274), "sched_setaffinity": (203, 122), "ioprio_set": (251, 30),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "mlock": (149, 228), "mlock2": (325, 284),
    "mlockall": (151, 230), "clock_settime": (227, 112), "settimeofday": (164, 170), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162),
    "name_to_handle_at": (303, 264), "personality": (135, 92), "seccomp": (317, 277),
    # On a folder that outlives the run they would tell the next one something.
    **_ATTRIBUTES,
}  # fmt: skip


def _of_strict(*names: str) -> dict[str, tuple[int, int]]:
    return {name: _DENIED_STRICT[name] for name in names}


# What a program under the policy project may do, and one without an own process namespace may not: leave the
# group it is killed by, or reach processes beside it.
_DENIED_WITHOUT_NAMESPACE = _of_strict(
    *(
        "setsid",
        "setpgid",
        "setpriority",
        "ioprio_set",
        "sched_setscheduler",
        "sched_setparam",
        "sched_setattr",
    ),
    *(
        "migrate_pages",
        "move_pages",
        "pidfd_open",
        "pidfd_send_signal",
        "rt_sigqueueinfo",
        "rt_tgsigqueueinfo",
    ),
    "tkill",
)
_DENIED_ALWAYS = _of_strict(
    *("clock_settime", "settimeofday", "adjtimex", "clock_adjtime", "sethostname", "setdomainname"),
    *("name_to_handle_at", "personality", "seccomp", "mlock", "mlock2", "mlockall"),
)
_DENIED_WITHOUT_PROCESSES = _of_strict("fork", "vfork")

NOTICES = {
    "network": ("socket", "connect", "bind", "listen", "accept", "accept4"),
    "a process": ("execve", "execveat", "fork", "vfork"),
}
"""What a program is denied and told of: words for the person → calls. Others' signals and new processes by
``clone`` are added by their arguments."""
_SIGNALS = "signals to others"
_NEEDED_BY_WORKER = {"execve", "pidfd_open", "seccomp", "sendmsg"}
"""Becoming Python, waiting for a candidate, loading its filter, handing over the listener of its notices."""

# Landlock does not mediate these; without a mount namespace they would reach the person's own files.
_DENIED_WITHOUT_MOUNTS = {
    **_ATTRIBUTES,
    "chmod": (90, _NONE), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, _NONE), "lchown": (94, _NONE), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, _NONE), "utimes": (235, _NONE),
    "futimesat": (261, _NONE), "utimensat": (280, 88),
    # Takes disk space faster than anyone can watch.
    "fallocate": (285, 47),
}  # fmt: skip
_TRUNCATE = {"truncate": (76, 45)}

_CLONE, _KILL_CALL, _TGKILL = (56, 220), (62, 129), (234, 131)
_SOCKET, _SOCKETPAIR, _SENDTO, _PRLIMIT = (41, 198), (53, 199), (44, 206), (302, 261)
_PRCTL, _FCNTL, _IOCTL, _SETSOCKOPT = (157, 167), (72, 25), (16, 29), (54, 208)
_OPEN, _OPENAT = (2, _NONE), (257, 56)

_CLONE_THREAD = 0x00010000
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_STREAM, _SOCK_SEQPACKET, _SOCK_TYPE_MASK = 1, 5, 0xF
_PR_SET_PDEATHSIG = 1
# F_SETOWN, F_SETSIG, F_SETOWN_EX signal others; F_SETLEASE and F_NOTIFY act on the host's files; F_SETPIPE_SZ
# eats a quota.
_FCNTL_DENIED = (8, 10, 15, 1024, 1026, 1031)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, TCGETS2. Others reach terminals, or change files
# that are open for reading only (FS_IOC_SETFLAGS, FS_IOC_ENABLE_VERITY), which Landlock does not mediate.
_IOCTL_ALLOWED = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A)
# TIOCSTI and TIOCLINUX type into a terminal; FS_IOC_SETFLAGS and FS_IOC_ENABLE_VERITY change files.
_IOCTL_OF_TERMINALS = (0x5412, 0x541C, 0x40086602, 0x40806685)
_SETAFFINITY = (203, 122)
_SOL_SOCKET = 1
# SO_SNDBUF, SO_RCVBUF and their _FORCE forms: memory of the kernel that no limit counts.
_BUFFER_OPTIONS = (7, 8, 32, 33)
_O_ACCMODE, _O_TRUNC = 0o3, 0o1000
_ABI_OF_TRUNCATION, _ABI_OF_SCOPES = 3, 6


def _instruction(code: int, yes: int, no: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _load(offset: int) -> bytes:
    return _instruction(0x20, 0, 0, offset)


def _argument(index: int, high: bool = False) -> bytes:
    return _load(16 + 8 * index + (4 if high else 0))


def _equal(value: int, yes: int, no: int) -> bytes:
    return _instruction(0x15, yes, no, value & 0xFFFFFFFF)


def _above(value: int, yes: int, no: int) -> bytes:
    return _instruction(0x25, yes, no, value)


def _end(action: int) -> bytes:
    return _instruction(0x06, 0, 0, action)


_DENY = _end(_ERRNO | _EPERM)
_MISSING_CALL = _end(_ERRNO | _ENOSYS)
_LET = _end(_ALLOW)


def _on(number: int, *body: bytes) -> bytes:
    """``body`` (which ends the program on every path) when the call is ``number``."""
    return b"" if number == _NONE else _equal(number, 0, len(body)) + b"".join(body)


def _all(calls: dict[str, tuple[int, int]], column: int, action: int) -> bytes:
    return b"".join(_on(numbers[column], _end(action)) for numbers in calls.values())


def _only_values(number: int, argument: int, values: tuple[int, ...]) -> bytes:
    """Allow ``number`` only with one of ``values`` (low 32 bits) in ``argument``."""
    tests = [_equal(value, len(values) - place, 0) for place, value in enumerate(values)]
    return _on(number, _argument(argument), *tests, _DENY, _LET)


def _except_values(number: int, argument: int, values: tuple[int, ...]) -> bytes:
    tests = [_equal(value, len(values) - place, 0) for place, value in enumerate(values)]
    return _on(number, _argument(argument), *tests, _LET, _DENY)


def _no_hidden_truncation(number: int, argument: int) -> bytes:
    """``O_RDONLY | O_TRUNC`` empties a file that Landlock before ABI 3 takes for opened read-only."""
    masked = _instruction(0x54, 0, 0, _O_ACCMODE | _O_TRUNC)
    return _on(number, _argument(argument), masked, _equal(_O_TRUNC, 0, 1), _DENY, _LET)


def _frame(machine: str, spared: tuple[str, ...] = ()) -> tuple[bytes, int]:
    """The start of every filter: another architecture, x32 or a violation not ``spared`` ends it."""
    start, column = _architecture(machine)
    start += _all({name: _VIOLATIONS[name] for name in spared}, column, _ERRNO | _ENOSYS)
    return start + _all(_VIOLATIONS, column, _KILL) + _above(_LAST_KNOWN, 0, 1) + _MISSING_CALL, column


def _architecture(machine: str) -> tuple[bytes, int]:
    audit, column = ARCHITECTURES[machine]
    start = _load(4) + _equal(audit, 1, 0) + _end(_KILL) + _load(0)
    if machine == "x86_64":
        start += _instruction(0x35, 0, 1, _X32_BIT) + _end(_KILL)
    return start, column


def _without(calls: dict[str, tuple[int, int]], left_out: set[str]) -> dict[str, tuple[int, int]]:
    return {name: numbers for name, numbers in calls.items() if name not in left_out}


def _threads_only(column: int, otherwise: bytes) -> bytes:
    return _on(_CLONE[column], _argument(0), _instruction(0x45, 0, 1, _CLONE_THREAD), _LET, otherwise)


def for_process(program: bytes, pid: int) -> bytes:
    """``program`` with ``ANY_PID`` replaced by a process, as it sees itself."""
    return program.replace(struct.pack("=I", ANY_PID), struct.pack("=I", pid))


@cache
def worker_filter(machine: str) -> bytes:
    """For a warm worker and all in it: what neither the worker itself nor any candidate needs.

    Loaded once; with ``candidate_filter``, which every run loads, it makes the policy strict.

    Raises:
        KeyError: ``machine`` (as in ``os.uname().machine``) is not supported.
    """
    start, column = _frame(machine)
    left = _NEEDED_BY_WORKER | {name for names in NOTICES.values() for name in names}
    program = start + _all({**_MISSING, **_MISSING_STRICT}, column, _ERRNO | _ENOSYS)
    program += _all(_without({**_NETWORK, **_DENIED_STRICT}, left), column, _ERRNO | _EPERM)
    program += _no_address(column) + _connected_pairs_only(column) + _usual_buffers(column, _DENY)
    return program + _except_values(_FCNTL[column], 1, _FCNTL_DENIED) + _LET


@cache
def candidate_filter(
    machine: str, mounts: bool, landlock: int, own_pid: int = ANY_PID, notify: bool = False
) -> bytes:
    """For a candidate, besides ``worker_filter``: no new process or program, signals only to itself.

    Args:
        machine: as in ``os.uname().machine``.
        mounts: whether a mount namespace keeps the person's files away.
        landlock: the Landlock ABI in force, 0 for none.
        own_pid: the process that will run under it, as it sees itself.
        notify: hold it at what ``NOTICES`` names until the listener of this filter has denied it. Nobody ever
            lets such a call pass (``Documentation/userspace-api/seccomp_filter.rst``, user notification).

    Raises:
        KeyError: ``machine`` is not supported.
    """
    start, column = _architecture(machine)
    action = _NOTIFY if notify else _ERRNO | _EPERM
    tables = {**_NETWORK, **_DENIED_STRICT}
    calls = {name: tables[name] for names in NOTICES.values() for name in names}
    program = start + _all(calls, column, action) + _threads_only(column, _end(action))
    for number in (_KILL_CALL[column], _TGKILL[column]):
        program += _on(number, _argument(0), _equal(own_pid, 0, 1), _LET, _end(action))
    denied = {name: _DENIED_STRICT[name] for name in sorted(_NEEDED_BY_WORKER & _DENIED_STRICT.keys())}
    program += _all(_without(denied, set(calls)), column, _ERRNO | _EPERM)
    if not mounts:
        program += _denied_without_mounts(column, landlock)
    return (
        program
        + _only_values(_PRLIMIT[column], 0, (0, own_pid))
        + _except_values(_PRCTL[column], 0, (_PR_SET_PDEATHSIG,))
        + _only_values(_IOCTL[column], 1, _IOCTL_ALLOWED)
        + _LET
    )


def noticed(machine: str) -> dict[int, str]:
    """System call number → words for what was tried, of the calls that ``candidate_filter`` holds."""
    column = ARCHITECTURES[machine][1]
    tables = {**_NETWORK, **_DENIED_STRICT}
    words = {tables[name][column]: word for word, names in NOTICES.items() for name in names}
    words[_CLONE[column]] = "a process"
    words[_KILL_CALL[column]] = words[_TGKILL[column]] = _SIGNALS
    return words


@cache
def command_filter(
    machine: str, processes: bool, network: bool, mounts: bool, landlock: int, spared: tuple[str, ...] = ()
) -> bytes:
    """For a command of its own: compilers, programs of other languages, tests of a project.

    Args:
        machine: as in ``os.uname().machine``.
        processes: whether it may start others; programs it may execute in any case, being one itself.
        network: whether it may use sockets; only with a network namespace of its own.
        mounts: whether it has namespaces of its own; else the host's files and processes are kept from it.
        landlock: the Landlock ABI in force, 0 for none.
        spared: violations by name that are answered with ENOSYS: a runtime tries and does without them.

    Raises:
        KeyError: ``machine`` or a name is not known.
    """
    start, column = _frame(machine, spared)
    program = start + _all({**_MISSING, **_MISSING_STRICT}, column, _ERRNO | _ENOSYS)
    program += _all(_DENIED_ALWAYS, column, _ERRNO | _EPERM)
    if not mounts:
        program += _denied_beside_others(column, landlock)
    if not processes:
        program += _all(_DENIED_WITHOUT_PROCESSES, column, _ERRNO | _EPERM) + _threads_only(column, _DENY)
    if network:
        program += _only_values(_SOCKET[column], 0, (_AF_UNIX, _AF_INET, _AF_INET6))
    else:
        program += _all(_without(_NETWORK, {"sendmsg"}), column, _ERRNO | _EPERM) + _no_address(column)
    return (
        program
        + _connected_pairs_only(column)
        + _usual_buffers(column, _end(_ERRNO))  # servers ask for larger ones and need not get them
        + _only_values(_PRLIMIT[column], 0, (0,))
        + _except_values(_FCNTL[column], 1, _FCNTL_DENIED)
        + _except_values(_IOCTL[column], 1, _IOCTL_OF_TERMINALS)
        + _LET
    )


def _denied_beside_others(column: int, landlock: int) -> bytes:
    """Without namespaces, what would reach the person's files and processes."""
    program = _denied_without_mounts(column, landlock)
    program += _all(_DENIED_WITHOUT_NAMESPACE, column, _ERRNO | _EPERM)
    program += _only_values(_IOCTL[column], 1, _IOCTL_ALLOWED)
    program += _only_values(_SETAFFINITY[column], 0, (0,))
    if landlock < _ABI_OF_SCOPES:
        program += _only_values(_KILL_CALL[column], 0, (ANY_PID,))
        program += _only_values(_TGKILL[column], 0, (ANY_PID,))
    return program


def _no_address(column: int) -> bytes:
    """``sendto`` only on what is connected: an address could be that of a socket on the host."""
    return _on(
        _SENDTO[column], _argument(4), _equal(0, 0, 2), _argument(4, high=True), _equal(0, 1, 0), _DENY, _LET
    )


def _connected_pairs_only(column: int) -> bytes:
    """Of sockets only pairs that can speak to nobody else: datagrams may be sent to one of the host."""
    kind = _argument(1) + _instruction(0x54, 0, 0, _SOCK_TYPE_MASK)
    body = (_argument(0), _equal(_AF_UNIX, 1, 0), _DENY, kind[:8], kind[8:],
            *(_equal(_SOCK_STREAM, 1, 0), _equal(_SOCK_SEQPACKET, 0, 1), _LET, _DENY))  # fmt: skip
    return _on(_SOCKETPAIR[column], *body)


def _usual_buffers(column: int, otherwise: bytes) -> bytes:
    tests = [_equal(option, len(_BUFFER_OPTIONS) - place, 0) for place, option in enumerate(_BUFFER_OPTIONS)]
    level = (_argument(1), _equal(_SOL_SOCKET, 1, 0), _LET)
    return _on(_SETSOCKOPT[column], *level, _argument(2), *tests, _LET, otherwise)


def _denied_without_mounts(column: int, landlock: int) -> bytes:
    program = _all(_DENIED_WITHOUT_MOUNTS, column, _ERRNO | _EPERM)
    if landlock < _ABI_OF_TRUNCATION:
        program += _all(_TRUNCATE, column, _ERRNO | _EPERM)
    return program + _no_hidden_truncation(_OPEN[column], 1) + _no_hidden_truncation(_OPENAT[column], 2)
