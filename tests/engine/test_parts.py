"""The parts that need no model."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from atlas_tui.engine import bundled_model_path, gpu_build, hardware, launch
from atlas_tui.engine.base import (
    ContextTooSmall,
    Delta,
    EngineError,
    EngineEvent,
    Finished,
    Message,
    ModelLoadError,
    Phase,
    Prefill,
    Sampler,
    SequenceRequest,
    StopReason,
)
from atlas_tui.engine.llama import gguf_header, wire
from atlas_tui.engine.llama.cancel import Cancellation
from atlas_tui.engine.llama.outbox import Outbox
from atlas_tui.engine.llama.phases import LEAST_ANSWER, Limits, Progress, Tags, Wish, share_room
from atlas_tui.engine.llama.text import TextStream
from atlas_tui.events import Vector


def feed(stream: TextStream, *parts: bytes) -> list[str]:
    return [stream.feed(part) for part in parts]


def test_half_characters_wait_for_their_rest() -> None:
    stream = TextStream()
    snake = "é🐍".encode()
    given = feed(stream, *(snake[index : index + 1] for index in range(len(snake))))
    assert given == ["", "é", "", "", "", "🐍"]
    assert stream.text == "é🐍"


def test_an_incomplete_last_character_is_dropped_and_wrong_bytes_are_shown() -> None:
    stream = TextStream()
    assert feed(stream, b"a\xff", "🐍".encode()[:2]) == ["a\ufffd", ""]
    assert stream.finish() == ""
    assert stream.text == "a\ufffd"


def test_the_begin_of_a_stop_string_is_held_back() -> None:
    stream = TextStream(("END", "``` x"))
    assert feed(stream, b"a E", b"N", b"G E", b"ND b") == ["a ", "", "ENG ", ""]
    assert (stream.stopped, stream.text) == (True, "a ENG ")
    other = TextStream(("END",))
    assert feed(other, b"a EN") == ["a "]
    assert other.finish() == "EN"
    assert not other.stopped


def test_the_first_of_several_stop_strings_counts() -> None:
    stream = TextStream(("two", "one"))
    feed(stream, b"zero one two")
    assert stream.text == "zero "


@pytest.mark.parametrize(
    ("wishes", "cells", "longest", "given"),
    [
        # all fits
        ([(100, 0, 50), (120, 0, 60)], 1000, 1000, [(0, 50), (0, 60)]),
        # equal parts of what is left: 300 - 80 - 20 - 40 = 160
        ([(100, 0, 500), (120, 0, 500)], 300, 1000, [(0, 80), (0, 80)]),
        # who wants little leaves the rest
        ([(100, 0, 500), (120, 0, 30)], 300, 1000, [(0, 130), (0, 30)]),
        # no sequence grows over what the model was trained for
        ([(100, 0, 500), (120, 0, 500)], 5000, 200, [(0, 100), (0, 80)]),
        # thinking gives way before the answer
        ([(100, 1000, 50)], 253, 1000, [(100, 50)]),
        ([(100, 100, 1000)], 203, 1000, [(49, 51)]),
        ([(100, 1000, 50)], 120, 1000, [(7, 10)]),
    ],
)
def test_room_is_shared(
    wishes: list[tuple[int, int, int]], cells: int, longest: int, given: list[tuple[int, int]]
) -> None:
    asked = [Wish(prompt, thinking, answer, 3) for prompt, thinking, answer in wishes]
    shared = 100 if len(wishes) == 1 else 80
    limits = share_room(asked, shared, cells, longest)
    assert [(one.thinking, one.answer) for one in limits] == given


def test_room_that_is_too_small_is_told_in_numbers() -> None:
    two = [Wish(100, 0, 500, 0), Wish(120, 0, 500, 0)]
    with pytest.raises(ContextTooSmall) as refused:
        share_room(two, 80, 171, 1000)
    assert (refused.value.needed, refused.value.available) == (140 + 2 * LEAST_ANSWER, 171)
    assert [one.answer for one in share_room(two, 80, 172, 1000)] == [16, 16]
    with pytest.raises(ContextTooSmall) as refused:
        share_room(two, 80, 1000, 130)
    assert (refused.value.needed, refused.value.available) == (120 + LEAST_ANSWER, 130)


TAGS = Tags(open=1, close=2, forced=(8, 2, 9))


def test_thinking_is_closed_at_its_budget() -> None:
    progress = Progress(Limits(2, 5), (), TAGS, inside=False)
    assert progress.take(1, b"<think>", end=False) == ""
    assert progress.take(50, b"\nhm", end=False) == "hm"
    assert not progress.forced
    assert progress.take(51, b" so", end=False) == " so"
    assert [progress.force() for _ in TAGS.forced] == [8, 2, 9]
    assert progress.phase is Phase.ANSWER
    assert progress.take(52, b"answer", end=False) == "answer"
    assert progress.take(0, b"", end=True) == ""
    assert (progress.thinking, progress.answer, progress.reason) == ("hm so", "answer", StopReason.END)
    assert (progress.thinking_tokens, progress.answer_tokens) == (2, 1)


def test_a_turn_that_ends_while_thinking_is_led_to_its_answer() -> None:
    progress = Progress(Limits(20, 5), (), TAGS, inside=True)
    progress.take(50, b"hm", end=False)
    progress.take(0, b"", end=True)
    assert progress.reason is None
    assert list(progress.forced) == [8, 2, 9]


def test_a_model_that_does_not_think_answers_at_once() -> None:
    progress = Progress(Limits(20, 2), (), TAGS, inside=False)
    assert progress.take(50, b"\n\nan", end=False) == "an"
    assert progress.take(51, b"swer", end=False) == "swer"
    assert (progress.answer, progress.reason) == ("answer", StopReason.LENGTH)


def test_messages_survive_the_wire() -> None:
    request = SequenceRequest(
        id="A",
        messages=(Message(role="user", content="é\0\u2028"),),
        sampler=Sampler(seed=7, min_p=0.1),
        stop=("x",),
        thinking=3,
        embed=True,
    )
    vector = Vector(origin="generated-mean", size=1, half="AAA=")
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
            mean_logprob=-0.5,
            embedding=vector,
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
    sent: list[EngineEvent] = []
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
    assert sent[1:] == [
        Prefill(done=9, total=9, reused=0),
        Delta(id="A", text="abc", tokens=3, phase=Phase.ANSWER),
        Delta(id="B", text="ABC", tokens=3, phase=Phase.ANSWER),
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


def test_layers_step_down_until_something_works() -> None:
    from atlas_tui.engine.llama import loading
    from atlas_tui.engine.llama.native import NativeError

    assert loading.layer_plans(29, -1, 29) == [29, 21, 14, 7, 0]
    assert loading.layer_plans(29, 99, 5) == [29, 21, 14, 7, 0]
    assert loading.layer_plans(29, -1, 1) == [1, 0]
    tried: list[int] = []

    def attempt(layers: int) -> str:
        tried.append(layers)
        if layers > 14:
            raise NativeError("out of memory")
        return "loaded"

    assert loading.first_that_works([29, 21, 14, 7, 0], attempt) == ("loaded", 14)
    assert tried == [29, 21, 14]
    with pytest.raises(NativeError, match="out of memory"):
        loading.first_that_works([29], attempt)


def test_the_device_line_says_what_was_given_up() -> None:
    from atlas_tui.engine.llama import loading
    from atlas_tui.engine.llama.native import Device

    gpus = [Device("CUDA0", "Some GPU", 1, 2, True)]
    assert loading._device([], 0, [0], 29) == "CPU"
    assert loading._device(gpus, 29, [29, 0], 29) == "Some GPU"
    assert "14 of 29 layers" in loading._device(gpus, 14, [29, 14, 0], 29)
    assert "failed" in loading._device(gpus, 0, [29, 0], 29)


def test_the_context_is_planned_before_memory_is_taken() -> None:
    from atlas_tui.engine.llama import loading

    def header(trained: int) -> gguf_header.Header:
        values: dict[str, gguf_header.Scalar] = {
            "general.architecture": "qwen3",
            "qwen3.block_count": 10,
            "qwen3.context_length": trained,
            "qwen3.embedding_length": 1024,
            "qwen3.attention.head_count": 8,
        }
        return gguf_header.Header(values, {}, 1, 1)

    cell = header(1).cell_bytes()
    assert cell == 2 * 10 * 8 * 256
    assert loading.context_size(0, header(40_960), 1 << 40) == 16_384
    assert loading.context_size(0, header(4096), 1 << 40) == 4096
    assert loading.context_size(30_000, header(4096), 1 << 40) == 30_000
    assert loading.context_size(0, header(40_960), 10_000 * cell) == 8_000
    assert loading.context_size(0, header(40_960), 0) == 2_048
    with pytest.raises(ModelLoadError, match="8,000"):
        try:
            loading.context_size(9_000, header(40_960), 10_000 * cell)
        except ModelLoadError as error:
            raise ModelLoadError(error.todo) from error


def test_hardware_is_looked_at_in_another_process() -> None:
    found = hardware.look()
    assert found.note == ""
    assert found.backend in gpu_build.CHOICES
    assert found.cores >= 1 and found.memory_free > 0
    assert bool(found.gpus) <= found.gpu_supported


def test_layers_that_fit() -> None:
    assert hardware.fitting_layers(29, 29_000, 0, 1_000_000) == 29
    assert hardware.fitting_layers(29, 29_000, 29_000, 30_000) == 13
    assert hardware.fitting_layers(29, 29_000, 0, 0) == 0
    assert hardware.fitting_layers(0, 0, 0, 10) == 0
    assert 1 <= hardware.default_threads() <= max(1, hardware.physical_cores())


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
