"""Which GPU llama.cpp should be built for. Run before anything is installed, so: standard library only.

python3 atlas_tui/engine/gpu_build.py --gpu auto     prints the CMAKE_ARGS for llama-cpp-python
"""

from __future__ import annotations

import ctypes.util
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

_ARGS = {
    "cpu": "",
    "cuda": "-DGGML_CUDA=on",
    "hip": "-DGGML_HIP=on",
    "metal": "-DGGML_METAL=on",
    "vulkan": "-DGGML_VULKAN=on",
}
CHOICES = ("auto", *_ARGS)


def _tool(name: str, *folders: str) -> bool:
    """Whether a program is on the path or in one of the usual places."""
    return shutil.which(name) is not None or any(os.access(Path(one) / name, os.X_OK) for one in folders)


def _device(*patterns: str) -> bool:
    """Whether the kernel shows such a device; many images without a GPU come with a GPU compiler."""
    return any(next(Path("/dev").glob(pattern), None) for pattern in patterns)


def _cuda_tools() -> bool:
    home = os.environ.get("CUDA_PATH") or os.environ.get("CUDA_HOME") or "/usr/local/cuda"
    return _tool("nvcc", f"{home}/bin", "/usr/local/cuda/bin")


def _hip_tools() -> bool:
    home = os.environ.get("ROCM_PATH") or "/opt/rocm"
    return _tool("hipcc", f"{home}/bin") or _tool("hipconfig", f"{home}/bin")


def _vulkan_tools() -> bool:
    """Shader compiler, headers and loader; a loader alone comes with every desktop and builds nothing."""
    sdk = os.environ.get("VULKAN_SDK", "")
    headers = [f"{sdk}/include"] if sdk else []
    headers += ["/usr/include", "/usr/local/include", "/opt/homebrew/include"]
    header = any((Path(one) / "vulkan" / "vulkan.h").is_file() for one in headers)
    return header and _tool("glslc", f"{sdk}/bin") and (bool(sdk) or bool(ctypes.util.find_library("vulkan")))


def has_tools(backend: str) -> bool:
    """Whether what builds for this backend is installed."""
    ask = {"cuda": _cuda_tools, "hip": _hip_tools, "vulkan": _vulkan_tools}.get(backend)
    return ask() if ask is not None else True


def _has_cuda() -> bool:
    return _device("nvidiactl", "nvidia[0-9]*", "nvmap", "dxg") and has_tools("cuda")


def _has_hip() -> bool:
    return _device("kfd") and has_tools("hip")


def _has_metal() -> bool:
    return sys.platform == "darwin" and platform.machine() == "arm64"


def _has_vulkan() -> bool:
    if sys.platform.startswith("linux") and not _device("dri/renderD*", "dxg"):
        return False
    return has_tools("vulkan")


def detect_backend() -> str:
    """The GPU that is there and whose build tools are too: cuda, hip, metal, vulkan or cpu."""
    found = (("cuda", _has_cuda), ("hip", _has_hip), ("metal", _has_metal), ("vulkan", _has_vulkan))
    return next((name for name, present in found if present()), "cpu")


def cmake_args(backend: str) -> str:
    """What CMake must be told for this backend. Raises: ValueError for a name that is not known."""
    if backend not in _ARGS:
        raise ValueError(f"{backend!r} is none of {', '.join(_ARGS)}")
    if backend == "cpu" and sys.platform == "darwin":
        return "-DGGML_METAL=off"  # it is on by default there
    return _ARGS[backend]


def main(arguments: Sequence[str]) -> int:
    """Print the arguments; standard error says what was found. Exit code 2 for bad usage."""
    if len(arguments) == 2 and arguments[0] == "--gpu":
        wanted = arguments[1]
    elif len(arguments) == 1 and arguments[0].startswith("--gpu="):
        wanted = arguments[0].partition("=")[2]
    elif not arguments:
        wanted = "auto"
    else:
        print(f"usage: gpu_build.py [--gpu {'|'.join(CHOICES)}]", file=sys.stderr)
        return 2
    if wanted not in CHOICES:
        print(f"GPU={wanted} is not known; it is one of {', '.join(CHOICES)}", file=sys.stderr)
        return 2
    backend = detect_backend() if wanted == "auto" else wanted
    print(f"llama.cpp is built for: {backend}", file=sys.stderr)
    print(cmake_args(backend))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
