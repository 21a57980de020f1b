"""The system call filter of each architecture, run by a small interpreter of classic BPF."""

# ruff: noqa: E501 — tables and small programs

from __future__ import annotations

import struct

import pytest

from atlas_tui.sandbox.supervisor import seccomp

KILL, DENIED, MISSING, ALLOWED = 0x80000000, 0x00050001, 0x00050026, 0x7FFF0000
X86, ARM = "x86_64", "aarch64"
PID = 4711


def answer(program: bytes, machine: str, number: int, *arguments: int, audit: int | None = None) -> int:
    """What the kernel would do with this call (``Documentation/userspace-api/seccomp_filter.rst``)."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    arch = seccomp.ARCHITECTURES[machine][0] if audit is None else audit
    data = struct.pack("<IIQ6Q", number, arch, 0, *(value & (2**64 - 1) for value in padded))
    steps = list(struct.iter_unpack("<HBBI", program))
    register = place = 0
    while True:
        code, yes, no, value = steps[place]
        place += 1
        match code:
            case 0x20:
                register = struct.unpack_from("<I", data, value)[0]
            case 0x54:
                register &= value
            case 0x06:
                return int(value)
            case 0x15 | 0x25 | 0x35 | 0x45:
                test = {0x15: register == value, 0x25: register > value, 0x35: register >= value}
                place += yes if test.get(code, bool(register & value)) else no
            case _:
                raise AssertionError(f"instruction {code:#x}")


NOTIFIED = 0x7FC00000


def strict(
    machine: str,
    number: int,
    *arguments: int,
    mounts: bool = True,
    landlock: int = 7,
    audit: int | None = None,
) -> int:
    """Under both filters of a candidate; of two actions the kernel takes the one that is worse for the caller."""
    loaded = (
        seccomp.worker_filter(machine),
        seccomp.for_process(seccomp.candidate_filter(machine, mounts, landlock), PID),
    )
    return min((answer(program, machine, number, *arguments, audit=audit) for program in loaded), key=_rank)


def _rank(action: int) -> int:
    return [KILL >> 16, DENIED >> 16, NOTIFIED >> 16, ALLOWED >> 16].index(action >> 16)


def command(machine: str, number: int, *arguments: int, processes: bool = True, network: bool = False,
            mounts: bool = True, landlock: int = 7, spared: tuple[str, ...] = ()) -> int:  # fmt: skip
    program = seccomp.command_filter(machine, processes, network, mounts, landlock, spared)
    return answer(seccomp.for_process(program, PID), machine, number, *arguments)


def programs(machine: str) -> list[bytes]:
    found = [seccomp.worker_filter(machine), seccomp.command_filter(machine, False, False, False, 1)]
    for mounts, landlock, notify in ((True, 7, True), (False, 1, False), (False, 7, True)):
        found.append(seccomp.candidate_filter(machine, mounts, landlock, notify=notify))
    return found


@pytest.mark.parametrize("machine", [X86, ARM])
def test_size_is_within_what_the_kernel_takes(machine: str) -> None:
    for program in programs(machine):
        assert len(program) % 8 == 0 and len(program) // 8 <= 4096


@pytest.mark.parametrize(
    ("machine", "number", "arguments", "expected"),
    [
        (X86, 0, (), ALLOWED), (ARM, 63, (), ALLOWED),  # read
        (X86, 101, (), KILL), (ARM, 117, (), KILL),  # ptrace
        (X86, 425, (), KILL), (ARM, 425, (), KILL),  # io_uring_setup
        (X86, 41, (2, 1), DENIED), (ARM, 198, (1, 1), DENIED),  # socket
        (X86, 53, (1, 1), ALLOWED), (ARM, 199, (1, 1), ALLOWED), (X86, 53, (16, 1), DENIED), (X86, 53, (1, 2), DENIED), (X86, 53, (1, 0x80805), ALLOWED), (ARM, 199, (1, 0x80002), DENIED),  # socketpair
        (X86, 44, (3, 1, 1, 0, 0), ALLOWED), (ARM, 206, (3, 1, 1, 0, 0), ALLOWED),  # sendto, no address
        (X86, 44, (3, 1, 1, 0, 0x7FFF_0000_0000), DENIED), (ARM, 206, (3, 1, 1, 0, 1), DENIED),
        (X86, 56, (0x3D0F00,), ALLOWED), (ARM, 220, (0x3D0F00,), ALLOWED),  # clone of a thread
        (X86, 56, (17,), DENIED), (ARM, 220, (17,), DENIED), (X86, 56, (0x4111,), DENIED),  # clone of a process
        (X86, 57, (), DENIED), (X86, 58, (), DENIED), (X86, 435, (), MISSING), (ARM, 435, (), MISSING),
        (X86, 59, (), DENIED), (ARM, 221, (), DENIED),  # execve
        (X86, 62, (PID, 9), ALLOWED), (X86, 62, (1, 9), DENIED), (X86, 62, (0, 9), DENIED),
        (X86, 62, (-1, 9), DENIED), (X86, 62, (-PID, 9), DENIED), (ARM, 129, (PID, 9), ALLOWED),
        (ARM, 129, (1, 9), DENIED), (X86, 234, (PID, 5, 6), ALLOWED), (ARM, 131, (1, 1, 9), DENIED),
        (X86, 302, (0, 7), ALLOWED), (X86, 302, (PID, 7), ALLOWED), (X86, 302, (1, 7), DENIED),
        (X86, 157, (1, 0), DENIED), (X86, 157, (15, 0), ALLOWED), (ARM, 167, (1, 0), DENIED),
        (X86, 72, (3, 8), DENIED), (X86, 72, (3, 1031), DENIED), (X86, 72, (3, 3), ALLOWED),
        (ARM, 25, (3, 10), DENIED), (X86, 16, (0, 0x5412), DENIED), (X86, 16, (0, 0x5401), ALLOWED),
        (X86, 72, (3, 1026), DENIED), (X86, 72, (3, 1024), DENIED), (ARM, 29, (0, 0x541B), ALLOWED),
        (X86, 16, (0, 0x40086602), DENIED), (ARM, 29, (0, 0x40806685), DENIED),  # FS_IOC_SETFLAGS, _ENABLE_VERITY
        (X86, 319, (), MISSING), (ARM, 279, (), MISSING),  # memfd_create
        (X86, 500, (), MISSING), (ARM, 500, (), MISSING), (X86, 90, (), ALLOWED),
    ],
)  # fmt: skip
def test_strict(machine: str, number: int, arguments: tuple[int, ...], expected: int) -> None:
    assert strict(machine, number, *arguments) == expected


@pytest.mark.parametrize(
    ("machine", "number", "arguments", "landlock", "expected"),
    [
        (X86, 90, (), 7, DENIED), (X86, 91, (), 7, DENIED), (ARM, 52, (), 7, DENIED), (ARM, 53, (), 7, DENIED),
        (X86, 280, (), 7, DENIED), (ARM, 88, (), 7, DENIED), (X86, 452, (), 7, DENIED), (X86, 285, (), 7, DENIED), (ARM, 47, (), 7, DENIED),
        (X86, 76, (), 7, ALLOWED), (X86, 76, (), 2, DENIED), (ARM, 45, (), 1, DENIED),  # truncate
        (X86, 257, (0, 0, 0o1000), 2, DENIED), (ARM, 56, (0, 0, 0o1000), 2, DENIED),
        (X86, 257, (0, 0, 0o1001), 7, ALLOWED), (X86, 257, (0, 0, 0o2000000), 7, ALLOWED),
        (X86, 2, (0, 0o1000), 7, DENIED), (X86, 2, (0, 0o1102), 7, ALLOWED), (ARM, 437, (), 7, MISSING),
    ],
)  # fmt: skip
def test_without_a_mount_namespace(
    machine: str, number: int, arguments: tuple[int, ...], landlock: int, expected: int
) -> None:
    assert strict(machine, number, *arguments, mounts=False, landlock=landlock) == expected


@pytest.mark.parametrize("machine", [X86, ARM])
def test_another_architecture_ends_the_program(machine: str) -> None:
    other = seccomp.ARCHITECTURES[ARM if machine == X86 else X86][0]
    for program in programs(machine):
        assert answer(program, machine, 0, audit=other) == KILL
        assert answer(program, machine, 0, audit=0x40000003) == KILL  # 32-bit x86


def test_x32_ends_the_program() -> None:
    for program in programs(X86):
        assert answer(program, X86, 0x40000000 + 39) == KILL


@pytest.mark.parametrize("machine", [X86, ARM])
def test_a_worker_may_start_and_fork_and_wait(machine: str) -> None:
    program, column = seccomp.worker_filter(machine), seccomp.ARCHITECTURES[machine][1]
    for needed in ((56, 220), (59, 221), (62, 129), (434, 434), (317, 277), (46, 211), (444, 444), (90, 52)):
        assert answer(program, machine, needed[column], 17) == ALLOWED
    assert answer(program, machine, (165, 40)[column]) == KILL
    assert answer(program, machine, (435, 435)[column]) == MISSING


@pytest.mark.parametrize("machine", [X86, ARM])
def test_what_is_noticed_is_held_and_named(machine: str) -> None:
    """Everything the filter holds for its listener has words, and nothing else would hide it."""
    program = seccomp.for_process(seccomp.candidate_filter(machine, True, 7, notify=True), PID)
    held = {number for number in range(457) if answer(program, machine, number, 1, 2) == NOTIFIED}
    assert held == {number for number in seccomp.noticed(machine) if number >= 0}
    assert all(answer(seccomp.worker_filter(machine), machine, number, 1, 2) == ALLOWED for number in held)
    kill, clone = ((62, 56), (129, 220))[machine == ARM]
    assert answer(program, machine, kill, PID, 9) == ALLOWED
    assert answer(program, machine, clone, 0x3D0F00) == ALLOWED


@pytest.mark.parametrize(
    ("number", "arguments", "options", "expected"),
    [
        (59, (), {}, ALLOWED), (57, (), {}, ALLOWED), (57, (), {"processes": False}, DENIED),
        (56, (17,), {"processes": False}, DENIED), (56, (0x3D0F00,), {"processes": False}, ALLOWED),
        (41, (2, 1), {}, DENIED), (41, (2, 1), {"network": True}, ALLOWED), (41, (10, 1), {"network": True}, ALLOWED),
        (41, (1, 1), {"network": True}, ALLOWED), (41, (16, 3), {"network": True}, DENIED),
        (42, (), {}, DENIED), (42, (), {"network": True}, ALLOWED), (53, (1, 1), {}, ALLOWED), (53, (1, 2), {}, DENIED),
        (101, (), {}, KILL), (425, (), {}, KILL), (425, (), {"spared": ("io_uring_setup",)}, MISSING),
        (112, (), {}, ALLOWED), (112, (), {"mounts": False}, DENIED), (90, (), {}, ALLOWED), (90, (), {"mounts": False}, DENIED),
        (62, (1, 9), {"mounts": False}, ALLOWED), (62, (1, 9), {"mounts": False, "landlock": 5}, DENIED),
        (62, (PID, 9), {"mounts": False, "landlock": 5}, ALLOWED), (16, (0, 0x5412), {}, DENIED), (16, (0, 0x80045430), {}, ALLOWED),
        (16, (0, 0x80045430), {"mounts": False}, DENIED), (319, (), {}, MISSING), (227, (), {}, DENIED),
    ],
)  # fmt: skip
def test_a_command(
    number: int, arguments: tuple[int, ...], options: dict[str, object], expected: int
) -> None:
    assert command(X86, number, *arguments, **options) == expected  # type: ignore[arg-type]


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(KeyError):
        seccomp.worker_filter("riscv64")
