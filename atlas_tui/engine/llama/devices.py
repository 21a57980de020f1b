"""Prints what llama.cpp can run on, as JSON; run as a process of its own by ``engine.hardware``."""

from __future__ import annotations

import json
from dataclasses import asdict

from atlas_tui.engine.llama import native


def main() -> None:
    native.NativeLog().install()
    gpus = [asdict(one) for one in native.gpus()]
    for row in gpus:
        del row["gpu"]
    supported = native.offload_supported()
    print(json.dumps({"gpu_supported": supported, "gpus": gpus, "backends": native.backends()}))


if __name__ == "__main__":
    main()
