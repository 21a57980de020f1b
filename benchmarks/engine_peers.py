"""The peers of ``benchmarks/engine.py``: class ``Llama`` in a process of its own, and llama-server.

llama-server is to be built from the llama.cpp sources that llama-cpp-python carries, so that all sides run
the same code:

    pip download --no-deps --no-binary llama-cpp-python llama-cpp-python==0.3.36
    tar xzf llama_cpp_python-0.3.36.tar.gz
    cmake -G Ninja -B build -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_SERVER=ON \\
        -DLLAMA_BUILD_UI=OFF -DLLAMA_OPENSSL=OFF llama_cpp_python-0.3.36/vendor/llama.cpp
    ninja -C build llama-server
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from atlas_tui.engine.base import Sampler

ROOT = Path(__file__).parents[1]
_START_SECONDS, _CALL_SECONDS = 120.0, 1800.0

# Reads one JSON object a line: prompt, tokens, seeds; answers with the seconds and the tokens written.
# It sees the defaults of its library: what our own process sets for OpenMP is not passed on.
_CLASS = """
import json, sys, time
from llama_cpp import Llama
llama = Llama(**json.loads(sys.argv[1]))
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    began, written = time.perf_counter(), 0
    for seed in job["seeds"]:
        reply = llama.create_completion(
            job["prompt"], max_tokens=job["tokens"], seed=seed, repeat_penalty=1.0, **job["sampler"])
        written += reply["usage"]["completion_tokens"]
    print(json.dumps({"seconds": time.perf_counter() - began, "written": written}), flush=True)
"""


def sampling() -> dict[str, Any]:
    """Our default sampler, as both peers call it."""
    fields = asdict(Sampler())
    return {name: fields[name] for name in ("temperature", "top_p", "top_k", "min_p")}


def own_environment() -> dict[str, str]:
    return {
        key: value for key, value in os.environ.items() if key not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
    }


class ClassLlama:
    """Class ``Llama``: its sequences run one after another, and it may reuse its own prompt cache."""

    def __init__(self, model: Path, *, context: int, threads: int, gpu: bool = False) -> None:
        fields = {
            "model_path": str(model), "n_ctx": context, "n_threads": threads, "n_threads_batch": threads,
            "n_gpu_layers": -1 if gpu else 0, "verbose": False,
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CLASS, json.dumps(fields)], cwd=ROOT, text=True, env=own_environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process with class Llama ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _run(self, prompt: str, tokens: int, seeds: list[int]) -> tuple[float, int]:
        assert self._process.stdin is not None
        job = {"prompt": prompt, "tokens": tokens, "seeds": seeds, "sampler": sampling()}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        return answer["seconds"], answer["written"]

    async def run(self, prompt: str, tokens: int, seeds: list[int]) -> tuple[float, int]:
        """Seconds of all, and tokens written."""
        return await asyncio.to_thread(self._run, prompt, tokens, seeds)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Server:
    """A running llama-server."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @classmethod
    @contextlib.asynccontextmanager
    async def start(
        cls, program: Path, model: Path, *, context: int, threads: int, gpu: bool = False
    ) -> AsyncIterator[Server]:
        """Start it with four slots that share one cache, and end it afterwards."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            str(program), "-m", str(model), "-c", str(context), "--parallel", "4", "-kvu", "-t", str(threads),
            "-tb", str(threads), "-ngl", "99" if gpu else "0", "--host", "127.0.0.1", "--port", str(port),
            "--log-disable",
        ]  # fmt: skip
        process = subprocess.Popen(
            command, env=own_environment(), stdin=-3, stdout=-3, stderr=-3, start_new_session=True
        )
        try:
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", timeout=_CALL_SECONDS, trust_env=False
            ) as client:
                await cls._wait(client, process)
                yield cls(client)
        finally:
            process.kill()
            process.wait()

    @staticmethod
    async def _wait(client: httpx.AsyncClient, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"llama-server ended with code {process.returncode}")
            with contextlib.suppress(httpx.TransportError):
                if (await client.get("/health")).status_code == 200:
                    return
            await asyncio.sleep(0.1)
        raise RuntimeError("llama-server was not ready in time")

    async def _complete(self, prompt: str, tokens: int, **more: Any) -> int:
        body = {"prompt": prompt, "n_predict": tokens, "repeat_penalty": 1.0, **sampling(), **more}
        reply = await self._client.post("/completion", json=body)
        reply.raise_for_status()
        rows = reply.json()
        return sum(int(row["tokens_predicted"]) for row in (rows if isinstance(rows, list) else [rows]))

    async def parallel(self, prompt: str, tokens: int, seeds: list[int]) -> tuple[float, int]:
        """One request a seed, all at once: seconds of all, and tokens written."""
        began = time.perf_counter()
        written = await asyncio.gather(*(self._complete(prompt, tokens, seed=seed) for seed in seeds))
        return time.perf_counter() - began, sum(written)

    async def together(self, prompt: str, tokens: int, seeds: list[int]) -> tuple[float, int]:
        """One request for all (``n_cmpl``)."""
        began = time.perf_counter()
        written = await self._complete(prompt, tokens, seed=seeds[0], n_cmpl=len(seeds))
        return time.perf_counter() - began, written
