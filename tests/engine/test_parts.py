"""The parts that need no model."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from atlas_tui.engine import bundled_model_path, gpu_build, hardware, launch
from atlas_tui.engine.base import (
    ContextTooSmall,
    Delta,
    EngineError,
    EngineEvent,
    Finished,
    Grammar,
    Message,
    ModelLoadError,
    Phase,
    Prefill,
    Sampler,
    SequenceRequest,
    Span,
    Statistics,
    StopReason,
    ThinkingEnd,
)
from atlas_tui.engine.llama import wire
from atlas_tui.engine.llama.cancel import Cancellation
from atlas_tui.engine.llama.outbox import Outbox
from atlas_tui.events import Vector


def test_messages_survive_the_wire() -> None:
    request = SequenceRequest(
        id="A",
        messages=(Message(role="user", content="é\0\u2028"),),
        sampler=Sampler(seed=7, min_p=0.1, logit_bias=((5, -1.5), (6, float("-inf")))),
        stop=("x",),
        thinking=3,
        grammar=Grammar(gbnf='root ::= "a"'),
        embed=(Span.CODE, Span.ANSWER),
    )
    vector = Vector(origin="generated-mean/code", size=1, half="AAA=")
    events: list[EngineEvent] = [
        Prefill(done=1, total=2, reused=0),
        Delta(id="A", text="é\ud800", tokens=1, phase=Phase.THINKING),
        Finished(
            id="A",
            reason=StopReason.LENGTH,
            text="t",
            thinking="",
            prompt_tokens=1,
            answer_tokens=2,
            thinking_tokens=3,
            thinking_end=ThinkingEnd.LOOP,
            statistics=Statistics(tokens=2, mean_logprob=-0.5, least_logprob=-1.0, mean_entropy=0.25),
            embeddings=(vector,),
            drafted=3,
        ),
    ]
    left, right = socket.socketpair()
    with left, right:
        frames = [wire.from_request(request), *map(wire.from_event, events), {"text": "x" * 3_000_000}]
        sender = threading.Thread(target=lambda: [left.sendall(wire.pack(one)) for one in frames])
        sender.start()
        got = [wire.receive(right) for _ in frames]
        sender.join()
        left.close()
        assert wire.receive(right) is None
    assert all(one is not None for one in got)
    assert wire.to_request(got[0] or {}) == request
    assert [wire.to_event(one or {}) for one in got[1:4]] == events
    assert got[4] == frames[4]


def test_what_is_no_message_is_refused() -> None:
    for body in (b"", b"{", b"[]", b"\xff"):
        with pytest.raises(wire.WireError):
            wire.unpack(body)
    with pytest.raises(wire.WireError, match="too long"):
        wire.body_length(b"\xff\xff\xff\xff")
    with pytest.raises(wire.WireError, match="unknown"):
        wire.to_event({"event": "Nonsense"})


def test_errors_survive_the_wire() -> None:
    for error in (ContextTooSmall(10, 5), ModelLoadError("a", "b", "c"), EngineError("a", "b", "c")):
        back = wire.to_error(wire.from_error(error))
        assert type(back) is type(error)
        assert back.one_line() == error.one_line()


def test_the_outbox_joins_and_keeps_the_order() -> None:
    sent: list[Sequence[EngineEvent]] = []
    outbox = Outbox(sent.append, period=3600)
    outbox.add(Prefill(done=0, total=9, reused=0))
    assert len(sent) == 1
    for done in (3, 6):
        outbox.add(Prefill(done=done, total=9, reused=0))
    assert len(sent) == 1
    outbox.add(Prefill(done=9, total=9, reused=0))
    for text in "abc":
        outbox.add(Delta(id="A", text=text, tokens=1, phase=Phase.ANSWER))
        outbox.add(Delta(id="B", text=text.upper(), tokens=1, phase=Phase.ANSWER))
    assert len(sent) == 2
    outbox.flush()
    assert [list(events) for events in sent[1:]] == [
        [Prefill(done=9, total=9, reused=0)],
        [
            Delta(id="A", text="abc", tokens=3, phase=Phase.ANSWER),
            Delta(id="B", text="ABC", tokens=3, phase=Phase.ANSWER),
        ],
    ]


def test_cancelling_the_last_open_one_cancels_everything() -> None:
    cancel = Cancellation(["A", "B"])
    cancel.add(["B"])
    assert cancel.includes("B") and not cancel.everything
    cancel.finished("A")
    assert cancel.everything
    other = Cancellation(["A", "B"])
    other.add(None)
    assert other.everything


def test_hardware_is_looked_at_in_another_process() -> None:
    found = hardware.look()
    assert found.note == ""
    assert found.backend in gpu_build.CHOICES
    assert found.cores >= 1 and found.memory_free > 0
    assert bool(found.gpus) <= found.gpu_supported


def gpu_script(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", gpu_build.__file__, *arguments],
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, **env},
    )


@pytest.mark.parametrize(
    ("name", "args"), [("cuda", "-DGGML_CUDA=on"), ("hip", "-DGGML_HIP=on"), ("vulkan", "-DGGML_VULKAN=on")]
)
def test_the_gpu_script_runs_without_anything_installed(name: str, args: str) -> None:
    done = gpu_script("--gpu", name)
    assert (done.returncode, done.stdout) == (0, args + "\n")
    assert gpu_script(f"--gpu={name}").stdout == args + "\n"


@pytest.mark.parametrize("arguments", [("--gpu", "tpu"), ("--gpu=",), ("--speed",), ("--gpu",)])
def test_the_gpu_script_refuses_bad_values_in_one_line(arguments: tuple[str, ...]) -> None:
    done = gpu_script(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("tool", "backend"), [("nvcc", "cuda"), ("hipcc", "hip")])
def test_a_gpu_needs_its_device_and_its_compiler(
    tool: str, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CUDA_PATH", "CUDA_HOME", "ROCM_PATH"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    present = {"cuda": gpu_build._has_cuda, "hip": gpu_build._has_hip}[backend]
    monkeypatch.setattr(gpu_build, "_device", lambda *patterns: True)
    if not Path("/usr/local/cuda/bin/nvcc").exists():
        assert not present()
    program = tmp_path / tool
    program.touch(mode=0o755)
    assert present()
    monkeypatch.setattr(gpu_build, "_device", lambda *patterns: False)
    assert not present()


def test_a_vulkan_loader_alone_is_not_enough_to_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_build, "_device", lambda *patterns: True)
    monkeypatch.setenv("VULKAN_SDK", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not gpu_build._has_vulkan()
    for name in ("include/vulkan/vulkan.h", "bin/glslc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.touch(mode=0o755)
    assert gpu_build._has_vulkan()


def test_importing_the_engine_loads_no_model_library() -> None:
    code = (
        "import sys, atlas_tui.engine, atlas_tui.engine.llama.client, atlas_tui.engine.hardware;"
        "print([name for name in ('llama_cpp', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        env=launch.environment(),
        check=True,
    )
    assert done.stdout.strip() == "[]"
    assert bundled_model_path().name == "atlas-tiny.gguf"
