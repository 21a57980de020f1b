"""What this machine has: cores, memory, and the devices llama.cpp was built for."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]

from atlas_tui.engine import gpu_build
from atlas_tui.engine.launch import environment, python_command

_OUTPUT_RESERVE = 0.1


@dataclass(frozen=True, slots=True)
class GpuDevice:
    """A GPU llama.cpp can use. Sizes in bytes."""

    name: str
    description: str
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Hardware:
    """Facts for the person."""

    gpu_supported: bool
    """Whether this build of llama.cpp can use a GPU."""
    gpus: tuple[GpuDevice, ...]
    backend: str
    """The GPU tools present on this machine: cuda, hip, metal, vulkan, or cpu for none."""
    cores: int
    memory_free: int
    note: str = ""
    """Why the devices are unknown; empty when they are known."""


def physical_cores() -> int:
    """Physical cores this process may use, at least 1."""
    cores = psutil.cpu_count(logical=False) or 1
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    return max(1, cores)


def default_threads() -> int:
    """Threads that decode: one core is left to the screen and the candidates' runs."""
    return max(1, physical_cores() - 1)


def free_memory() -> int:
    """Bytes that can be used without swapping."""
    return int(psutil.virtual_memory().available)


def fitting_layers(layers: int, model_bytes: int, cache_bytes: int, free_bytes: int) -> int:
    """An estimate of how many of ``layers`` layers fit into ``free_bytes`` with their share of the cache.

    A tenth of the free memory is left for compute buffers.
    """
    if layers <= 0:
        return 0
    each = (model_bytes + cache_bytes) / layers
    return max(0, min(layers, int(free_bytes * (1 - _OUTPUT_RESERVE) / each)))


def look() -> Hardware:
    """What there is. Asks a short-lived process, because loading llama.cpp here could take the app down."""
    gpus: tuple[GpuDevice, ...] = ()
    supported, note = False, ""
    try:
        done = subprocess.run(
            [*python_command("atlas_tui.engine.llama.devices")],
            capture_output=True,
            timeout=60,
            check=True,
            env=environment(),
            stdin=subprocess.DEVNULL,
        )
        report = json.loads(done.stdout)
        supported = bool(report["gpu_supported"])
        gpus = tuple(GpuDevice(**row) for row in report["gpus"])
    except (subprocess.SubprocessError, OSError, ValueError, KeyError, TypeError) as error:
        note = f"llama.cpp could not be asked for its devices: {type(error).__name__}"
    backend = gpu_build.detect_backend()
    return Hardware(supported, gpus, backend, physical_cores(), free_memory(), note)
