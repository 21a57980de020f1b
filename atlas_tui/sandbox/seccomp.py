"""System call filters as classic BPF, made by hand so that no library is needed.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
Numbers are from the Linux headers (``arch/x86/entry/syscalls/syscall_64.tbl``, ``asm-generic/unistd.h``);
the filter format is from ``linux/seccomp.h`` and ``linux/filter.h``.
"""

from __future__ import annotations

import struct

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""Machine name → (AUDIT_ARCH constant, column in the tables below)."""

_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
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

# Sockets beyond an unnamed pair: Landlock does not stop UDP nor the host's pathname sockets.
_NETWORK = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "sendmsg": (46, 211), "sendmmsg": (307, 269),
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
}  # fmt: skip

# Landlock does not mediate these; without a mount namespace they would reach the person's own files.
_DENIED_WITHOUT_MOUNTS = {
    "chmod": (90, _NONE), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, _NONE), "lchown": (94, _NONE), "fchown": (93, 55), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "utime": (132, _NONE), "utimes": (235, _NONE),
    "futimesat": (261, _NONE), "utimensat": (280, 88),
    # Takes disk space faster than anyone can watch.
    "fallocate": (285, 47),
}  # fmt: skip
_TRUNCATE = {"truncate": (76, 45)}

_CLONE, _KILL_CALL, _TGKILL = (56, 220), (62, 129), (234, 131)
_SOCKETPAIR, _SENDTO, _PRLIMIT = (53, 199), (44, 206), (302, 261)
_PRCTL, _FCNTL, _IOCTL = (157, 167), (72, 25), (16, 29)
_OPEN, _OPENAT = (2, _NONE), (257, 56)

_CLONE_THREAD = 0x00010000
_AF_UNIX = 1
_PR_SET_PDEATHSIG = 1
# F_SETOWN, F_SETSIG, F_SETOWN_EX signal others; F_SETLEASE and F_NOTIFY act on the host's files; F_SETPIPE_SZ
# eats a quota.
_FCNTL_DENIED = (8, 10, 15, 1024, 1026, 1031)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, TCGETS2. Others reach terminals, or change files
# that are open for reading only (FS_IOC_SETFLAGS, FS_IOC_ENABLE_VERITY), which Landlock does not mediate.
_IOCTL_ALLOWED = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A)
_O_ACCMODE, _O_TRUNC = 0o3, 0o1000


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


def _frame(machine: str) -> tuple[bytes, int]:
    """The start of every filter: another architecture or x32 ends the program."""
    audit, column = ARCHITECTURES[machine]
    start = _load(4) + _equal(audit, 1, 0) + _end(_KILL) + _load(0)
    if machine == "x86_64":
        start += _instruction(0x35, 0, 1, _X32_BIT) + _end(_KILL)
    start += _all(_VIOLATIONS, column, _KILL) + _above(_LAST_KNOWN, 0, 1) + _MISSING_CALL
    return start, column


def base_filter(machine: str) -> bytes:
    """For everything in the sandbox, also before the program starts: no violations, no network.

    Raises:
        KeyError: ``machine`` (as in ``os.uname().machine``) is not supported.
    """
    start, column = _frame(machine)
    return (
        start
        + _all(_MISSING, column, _ERRNO | _ENOSYS)
        + _all(_NETWORK, column, _ERRNO | _EPERM)
        + _only_values(_SOCKETPAIR[column], 0, (_AF_UNIX,))
        + _LET
    )


def strict_filter(machine: str, own_pid: int, mounts: bool, landlock: int) -> bytes:
    """For the candidate: also no new process or program, and signals only to itself.

    Args:
        machine: as in ``os.uname().machine``.
        own_pid: the process that will run under it, as it sees itself.
        mounts: whether a mount namespace keeps the person's files away.
        landlock: the Landlock ABI in force, 0 for none.

    Raises:
        KeyError: ``machine`` is not supported.
    """
    start, column = _frame(machine)
    threads_only = _on(_CLONE[column], _argument(0), _instruction(0x45, 0, 1, _CLONE_THREAD), _LET, _DENY)
    no_address = _on(
        _SENDTO[column], _argument(4), _equal(0, 0, 2), _argument(4, high=True), _equal(0, 1, 0), _DENY, _LET
    )
    program = start + _all({**_MISSING, **_MISSING_STRICT}, column, _ERRNO | _ENOSYS)
    program += _all(_NETWORK, column, _ERRNO | _EPERM) + _all(_DENIED_STRICT, column, _ERRNO | _EPERM)
    if not mounts:
        program += _all(_DENIED_WITHOUT_MOUNTS, column, _ERRNO | _EPERM)
        if landlock < 3:
            program += _all(_TRUNCATE, column, _ERRNO | _EPERM)
        program += _no_hidden_truncation(_OPEN[column], 1) + _no_hidden_truncation(_OPENAT[column], 2)
    return (
        program
        + threads_only
        + no_address
        + _only_values(_SOCKETPAIR[column], 0, (_AF_UNIX,))
        + _only_values(_KILL_CALL[column], 0, (own_pid,))
        + _only_values(_TGKILL[column], 0, (own_pid,))
        + _only_values(_PRLIMIT[column], 0, (0, own_pid))
        + _except_values(_PRCTL[column], 0, (_PR_SET_PDEATHSIG,))
        + _except_values(_FCNTL[column], 1, _FCNTL_DENIED)
        + _only_values(_IOCTL[column], 1, _IOCTL_ALLOWED)
        + _LET
    )
