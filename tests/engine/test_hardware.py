"""The GPUs that are seen, and what doctor says about them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atlas_tui import status
from atlas_tui.engine import gpu_build, hardware, seen_gpus
from atlas_tui.engine.hardware import GpuDevice, Hardware
from atlas_tui.engine.seen_gpus import SeenGpu
from atlas_tui.settings import ModelSettings, RemoteSettings, Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /sys and /proc")

LINE = (
    'CMAKE_ARGS="-DGGML_CUDA=on{more}" pip install --force-reinstall --no-binary llama-cpp-python '
    "llama-cpp-python==0.3.36 --no-cache-dir"
)


@pytest.fixture(autouse=True)
def no_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without compilers for GPUs; gives the folder of its programs."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(seen_gpus, "_NVIDIA_SMI", ())
    monkeypatch.setattr(gpu_build, "_tool", lambda name, *folders: (programs / name).exists())
    return programs


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_nvidia_smi_names_the_architecture(no_tools: Path, tmp_path: Path) -> None:
    script(no_tools / "nvidia-smi", 'echo "NVIDIA GeForce RTX 5060 Ti, 12.0"; echo "NVIDIA H200, 9.0"')
    first, second = seen_gpus.look(tmp_path)
    assert first == SeenGpu("cuda", "NVIDIA GeForce RTX 5060 Ti", "120", tools=False)
    assert (second.name, second.architecture) == ("NVIDIA H200", "90")
    assert first.needs == "the CUDA toolkit (nvcc)"
    assert seen_gpus.install_line(first, "0.3.36") == LINE.format(more=" -DCMAKE_CUDA_ARCHITECTURES=120")
    (no_tools / "nvcc").touch()
    assert not seen_gpus.look(tmp_path)[0].needs


@pytest.mark.parametrize(
    "does", ["exit 9", "echo nonsense without commas", "printf '\\377\\n'", "echo 'A, [N/A]'"]
)
def test_an_odd_nvidia_smi_gives_no_architecture(does: str, no_tools: Path, tmp_path: Path) -> None:
    script(no_tools / "nvidia-smi", does)
    assert all(one.architecture == "" for one in seen_gpus.look(tmp_path))


@pytest.mark.parametrize(
    ("model", "more"),
    [("NVIDIA GeForce RTX 5070 Ti", " -DCMAKE_CUDA_ARCHITECTURES=120"), ("Some older card", "")],
)
def test_the_driver_alone_is_enough_to_see_one(model: str, more: str, tmp_path: Path) -> None:
    put(tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0/information", f"Model: \t\t {model}\nIRQ: 5\n")
    (found,) = seen_gpus.look(tmp_path)
    assert (found.backend, found.name) == ("cuda", model)
    assert seen_gpus.install_line(found, "0.3.36") == LINE.format(more=more)


@pytest.mark.parametrize(
    ("version", "target"), [(110_000, "gfx1100"), (90_010, "gfx90a"), (120_001, "gfx1201")]
)
def test_an_amd_gpu_is_seen_by_its_compute_driver(version: int, target: str, tmp_path: Path) -> None:
    nodes = tmp_path / "sys/class/kfd/kfd/topology/nodes"
    put(nodes / "0/properties", "cpu_cores_count 8\ngfx_target_version 0\n")
    put(nodes / "1/properties", f"simd_count 80\ngfx_target_version {version}\n")
    put(tmp_path / "sys/class/drm/renderD128/device/vendor", "0x1002\n")
    (found,) = seen_gpus.look(tmp_path)
    assert (found.backend, found.library, found.architecture) == ("hip", "ROCm", target)
    assert f'"-DGGML_HIP=on -DAMDGPU_TARGETS={target}"' in seen_gpus.install_line(found, "1")


def test_other_gpus_are_for_vulkan(tmp_path: Path) -> None:
    drm = tmp_path / "sys/class/drm"
    for number, vendor in (("128", "0x8086"), ("129", "0x1002"), ("130", "0x10de"), ("131", "0x1af4")):
        put(drm / f"renderD{number}/device/vendor", vendor + "\n")
    found = seen_gpus.look(tmp_path)
    assert [(one.backend, one.name) for one in found] == [("vulkan", "Intel GPU"), ("vulkan", "AMD GPU")]
    assert "-DGGML_VULKAN=on" in seen_gpus.install_line(found[0], "1")


def test_nothing_is_seen_where_nothing_is(tmp_path: Path) -> None:
    assert seen_gpus.look(tmp_path) == ()


# What doctor says

RTX = SeenGpu("cuda", "NVIDIA GeForce RTX 5060 Ti", "120")
DEVICE = GpuDevice("CUDA0", "NVIDIA GeForce RTX 5060 Ti", 15_900_000_000, 17_100_000_000)


def doctor(monkeypatch: pytest.MonkeyPatch, settings: Settings, **found: Any) -> dict[str, status.Check]:
    machine = replace(Hardware(False, (), "cpu", 8, 24 * 10**9, backends=("CPU",)), **found)
    monkeypatch.setattr(hardware, "look", lambda: machine)
    return {row.name: row for row in status.llama(settings)}


def settings(path: Path, **model: Any) -> Settings:
    return Settings(model=ModelSettings(path=str(path), **model))


def test_doctor_gives_the_exact_line_for_a_gpu_that_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tiny_gguf: Path
) -> None:
    rows = doctor(monkeypatch, settings(tiny_gguf), seen=(RTX,))
    assert rows["llama.cpp"].value == "llama-cpp-python 0.3.36, built for CPU, on the CPU"
    gpu = rows["gpu"]
    assert not gpu.good and gpu.value.startswith("NVIDIA GeForce RTX 5060 Ti: this build")
    line = LINE.format(more=" -DCMAKE_CUDA_ARCHITECTURES=120")
    assert gpu.fix == f"install the CUDA toolkit (nvcc), then: {line}"
    ready = SeenGpu("cuda", "X", "", tools=True)
    assert doctor(monkeypatch, settings(tiny_gguf), seen=(ready,))["gpu"].fix == LINE.format(more="")


def test_doctor_is_content_with_a_gpu_in_use(monkeypatch: pytest.MonkeyPatch, tiny_gguf: Path) -> None:
    used: dict[str, Any] = {"gpu_supported": True, "gpus": (DEVICE,), "backends": ("CUDA", "CPU")}
    other = SeenGpu("vulkan", "Intel GPU")
    rows = doctor(monkeypatch, settings(tiny_gguf), seen=(RTX, other), **used)
    assert "gpu" not in rows
    assert rows["llama.cpp"].value.endswith(
        "built for CUDA + CPU, on NVIDIA GeForce RTX 5060 Ti (15.9 GB free)"
    )
    assert "3/3 layers" in rows["fit"].value
    blind = doctor(monkeypatch, settings(tiny_gguf), seen=(RTX,), **{**used, "gpus": ()})
    assert "sees no device" in blind["gpu"].value and "driver" in blind["gpu"].fix


def test_doctor_shows_the_plan_and_why(monkeypatch: pytest.MonkeyPatch, tiny_gguf: Path) -> None:
    monkeypatch.setattr(hardware, "look", lambda: Hardware(False, (), "cpu", 8, 24 * 10**9))
    rows = status.llama(settings(tiny_gguf))
    assert [row.name for row in rows] == ["machine", "llama.cpp", "fit", *["fit, why"] * 4]
    assert rows[2].value.endswith(": CPU, 16k × 3, 0.2 of 24.0 GB")
    refused = doctor(monkeypatch, settings(tiny_gguf, gpu_layers=7))["fit"]
    assert not refused.good and "gpu_layers" in refused.value and "-1" in refused.fix
    missing = doctor(monkeypatch, settings(Path("/nowhere/m.gguf")))["fit"]
    assert not missing.good and "does not exist" in missing.value
    remote = Settings(remote=RemoteSettings(base_url="http://localhost:1/v1"))
    assert "fit" not in doctor(monkeypatch, remote)
    assert "localhost" in status.model(remote).value


def test_the_build_in_use_names_its_backends() -> None:
    from atlas_tui.engine.llama import native

    assert "CPU" in native.backends()
    assert bool(native.gpus()) <= native.offload_supported()
    found = hardware.look()
    assert (found.note, found.backends) == ("", tuple(native.backends()))
