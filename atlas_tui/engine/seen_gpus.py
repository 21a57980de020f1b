"""The GPUs this machine shows, whatever llama.cpp was built for, and the line that builds it for them."""

from __future__ import annotations

import logging
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from atlas_tui.engine import gpu_build

log = logging.getLogger(__name__)

_NVIDIA_SMI = "/usr/bin/nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi"
_SECONDS = 10
_RTX_50 = re.compile(r"\bRTX 50\d0\b")
_AMD, _INTEL = "0x1002", "0x8086"
_BACKENDS = {"cuda": "CUDA", "hip": "ROCm", "metal": "Metal", "vulkan": "Vulkan"}
_TOOLS = {
    "cuda": "the CUDA toolkit (nvcc)",
    "hip": "ROCm (hipcc)",
    "metal": "Xcode's command line tools",
    "vulkan": "the Vulkan SDK (glslc and its headers)",
}


@dataclass(frozen=True, slots=True)
class SeenGpu:
    """A GPU of this machine."""

    backend: str
    """What llama.cpp has to be built for: cuda, hip, metal or vulkan."""
    name: str
    architecture: str = ""
    """As CMake wants it, such as 120 or gfx1100; empty when it is not known."""
    tools: bool = False
    """Whether what builds for it is installed."""

    @property
    def library(self) -> str:
        """Name of its backend in llama.cpp."""
        return _BACKENDS[self.backend]

    @property
    def needs(self) -> str:
        """What has to be installed before it can be built, in words; empty when it is."""
        return "" if self.tools else _TOOLS[self.backend]


def install_line(gpu: SeenGpu, version: str) -> str:
    """The command that builds llama-cpp-python for this GPU. pip would take a wheel that it built before for
    something else, so it is told not to look."""
    arguments = gpu_build.cmake_args(gpu.backend)
    option = {"cuda": "CMAKE_CUDA_ARCHITECTURES", "hip": "AMDGPU_TARGETS"}.get(gpu.backend)
    if option and gpu.architecture:
        arguments += f" -D{option}={gpu.architecture}"
    package = f"--no-binary llama-cpp-python llama-cpp-python=={version}"
    return f'CMAKE_ARGS="{arguments}" pip install --force-reinstall {package} --no-cache-dir'


def look(root: Path = Path("/")) -> tuple[SeenGpu, ...]:
    """The GPUs there are, each with the best way to use it. /sys and /proc are looked for in ``root``."""
    if sys.platform == "darwin":
        return (SeenGpu("metal", "Apple GPU", tools=True),) if platform.machine() == "arm64" else ()
    nvidia, amd = _nvidia(root), _amd(root)
    return (*nvidia, *amd, *_others(root, taken=bool(amd)))


def _nvidia(root: Path) -> tuple[SeenGpu, ...]:
    """By nvidia-smi, which knows the architecture; else by the driver's own files."""
    tools = gpu_build.has_tools("cuda")
    rows = [row.split(",") for row in _ask_nvidia_smi().splitlines() if row.strip()]
    if rows:
        return tuple(
            SeenGpu("cuda", row[0].strip(), _capability(row[-1]) if len(row) > 1 else "", tools)
            for row in rows
        )
    found = []
    for file in sorted((root / "proc/driver/nvidia/gpus").glob("*/information")):
        match = re.search(r"^Model:\s*(.+)$", _read(file), re.MULTILINE)
        name = match[1].strip() if match else "an NVIDIA GPU"
        found.append(SeenGpu("cuda", name, "120" if _RTX_50.search(name) else "", tools))
    return tuple(found)


def _ask_nvidia_smi() -> str:
    program = shutil.which("nvidia-smi") or next((one for one in _NVIDIA_SMI if Path(one).is_file()), None)
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, "--query-gpu=name,compute_cap", "--format=csv,noheader"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.info("nvidia-smi gave nothing: %s", error)
        return ""
    return done.stdout


def _capability(text: str) -> str:
    """12.0 becomes 120."""
    match = re.fullmatch(r"\s*(\d+)\.(\d)\s*", text)
    return match[1] + match[2] if match else ""


def _amd(root: Path) -> tuple[SeenGpu, ...]:
    """By the kernel's compute driver (KFD), which names the architecture of each."""
    found = []
    for file in sorted((root / "sys/class/kfd/kfd/topology/nodes").glob("*/properties")):
        match = re.search(r"^gfx_target_version (\d+)$", _read(file), re.MULTILINE)
        version = int(match[1]) if match else 0
        if version:  # 0 is the CPU
            target = f"gfx{version // 10_000}{version // 100 % 100:x}{version % 100:x}"
            found.append(SeenGpu("hip", f"AMD GPU ({target})", target, gpu_build.has_tools("hip")))
    return tuple(found)


def _others(root: Path, *, taken: bool) -> tuple[SeenGpu, ...]:
    """Intel's, and AMD's where its compute driver is not loaded: for these there is Vulkan."""
    found = []
    for file in sorted((root / "sys/class/drm").glob("renderD*/device/vendor")):
        vendor = _read(file).strip()
        if vendor == _INTEL or (vendor == _AMD and not taken):
            name = "Intel GPU" if vendor == _INTEL else "AMD GPU"
            found.append(SeenGpu("vulkan", name, tools=gpu_build.has_tools("vulkan")))
    return tuple(found)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
