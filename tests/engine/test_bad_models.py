"""Files that are no usable model: one clear error each, and nothing dies."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atlas_tui.engine import launch
from atlas_tui.engine.base import ModelLoadError
from atlas_tui.engine.llama.gguf_header import check_model, read_header
from tests import models
from tests.engine.conftest import MakeEngine, ask, collect, finished


def changed(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


CONTENTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "text": lambda data: b"I am not a model.\n" * 100,
    "truncated header": lambda data: data[:200],
    "truncated weights": lambda data: data[:-1000],
    "old version": lambda data: changed(data, 4, struct.pack("<I", 1)),
    "big endian": lambda data: changed(data, 4, struct.pack(">I", 3)),
    "endless string": lambda data: changed(data, 24, struct.pack("<Q", 1 << 62)),
    "endless counts": lambda data: changed(data, 8, struct.pack("<QQ", 1 << 60, 1 << 60)),
}
MODELS: dict[str, dict[str, Any]] = {
    "no template": {"template": ""},
    "unusable template": {"template": "{% for message in messages %}"},
    "raising template": {"template": "{{ raise_exception('no') }}"},
    "dividing template": {"template": "{{ 1 / 0 }}"},
    "deaf template": {"template": "<|im_start|>assistant\n"},
    "no layers": {"extra": {"qwen3.block_count": 0}},
    "unknown architecture": {"architecture": "quantum9"},
}


def broken(kind: str, folder: Path, good: Path) -> Path:
    """A file (or not) of this kind."""
    path = folder / f"{kind.replace(' ', '-')}.gguf"
    if kind == "folder":
        path.mkdir()
    elif kind in CONTENTS:
        path.write_bytes(CONTENTS[kind](good.read_bytes()))
    elif kind in MODELS:
        models.make_tiny(path, **MODELS[kind])
    return path


EXPECTED = {
    "missing": "does not exist",
    "folder": "is a folder",
    "empty": "not a GGUF",
    "text": "not a GGUF",
    "truncated header": "damaged or truncated",
    "truncated weights": "it should have",
    "old version": "version 1",
    "big endian": "big-endian",
    "endless string": "damaged or truncated",
    "endless counts": "damaged or truncated",
    "no template": "no chat template",
    "unusable template": "chat template cannot be used",
    "raising template": "chat template cannot be used",
    "dividing template": "chat template cannot be used",
    "deaf template": "chat template cannot be used",
    "no layers": "claims 0 layers",
    "unknown architecture": "quantum9",
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_bad_file_is_told_apart(kind: str, tmp_path: Path, tiny_gguf: Path) -> None:
    """In this process, as the model process does it."""
    from atlas_tui.engine.llama import loading, native

    log = native.NativeLog()
    log.install()
    with pytest.raises(ModelLoadError) as refused:
        loading.load(loading.Wanted(broken(kind, tmp_path, tiny_gguf), 256, 0, 1), log)
    assert EXPECTED[kind] in str(refused.value)
    assert refused.value.todo
    assert "\n" not in refused.value.one_line()


@pytest.mark.parametrize("kind", ["missing", "truncated weights", "unknown architecture", "no template"])
async def test_the_application_gets_the_error_and_can_try_again(
    kind: str, tmp_path: Path, tiny_gguf: Path, make_engine: MakeEngine
) -> None:
    path = broken(kind, tmp_path, tiny_gguf)
    engine = make_engine(path)
    with pytest.raises(ModelLoadError, match=EXPECTED[kind]):
        await collect(engine, [ask("x")])
    assert (engine.pid, engine.info) == (None, None)
    models.make_tiny(path)
    assert finished(await collect(engine, [ask("x", max_tokens=3)]))["A"].answer_tokens == 3


def mutations(data: bytes, count: int) -> list[bytes]:
    """Truncated and bit-flipped copies; the flips are in the header."""
    rng = random.Random(5)
    made = []
    for number in range(count):
        if number % 3 == 0:
            made.append(data[: rng.randrange(len(data))])
            continue
        copy = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            copy[rng.randrange(9_000 if number % 3 == 1 else 400)] ^= 1 << rng.randrange(8)
        made.append(bytes(copy))
    return made


def test_hostile_headers_only_ever_raise_our_error(tmp_path: Path, tiny_gguf: Path) -> None:
    data, path = tiny_gguf.read_bytes(), tmp_path / "m.gguf"
    refused = 0
    for copy in mutations(data, 300):
        path.write_bytes(copy)
        try:
            read_header(path)
        except ModelLoadError:
            refused += 1
    assert 120 < refused < 300


LOADER = """
import sys
from pathlib import Path
from atlas_tui.engine.base import ModelLoadError
from atlas_tui.engine.llama import loading, native
log = native.NativeLog()
log.install()
for path in sys.argv[1:]:
    try:
        loading.load(loading.Wanted(Path(path), 256, 0, 1), log).close()
        print("loaded", flush=True)
    except ModelLoadError:
        print("refused", flush=True)
"""


def test_sixty_damaged_files_are_loaded_or_refused(tmp_path: Path, tiny_gguf: Path) -> None:
    """The whole way of loading, llama.cpp included. It may abort on a rare one, which ends only the model
    process; here the files after it get a process of their own."""
    paths = []
    for number, copy in enumerate(mutations(tiny_gguf.read_bytes(), 60)):
        paths.append(tmp_path / f"{number:02}.gguf")
        paths[-1].write_bytes(copy)
    results: list[str] = []
    while len(results) < len(paths):
        done = subprocess.run(
            [sys.executable, "-P", "-c", LOADER, *paths[len(results) :]],
            capture_output=True,
            text=True,
            env=launch.environment() | {"GGML_NO_BACKTRACE": "1"},
            timeout=100,
        )
        results += done.stdout.split()
        if done.returncode:
            assert done.returncode < 0, done.stderr[-2000:]
            results.append("died")
    assert results.count("refused") > 30
    assert results.count("loaded") > 0
    assert results.count("died") <= 3


async def test_an_abort_while_loading_blames_the_file(tmp_path: Path, make_engine: MakeEngine) -> None:
    """The file passes our checks, and one of llama.cpp's assertions ends the model process."""
    path = models.make_tiny(tmp_path / "m.gguf", extra={"qwen3.expert_count": 100_000})
    with pytest.raises(ModelLoadError, match=r"llama.cpp gave up: llama-model.cpp.*GGML_ASSERT"):
        await make_engine(path).load()


def test_the_header_tells_what_a_model_is(tiny_gguf: Path) -> None:
    header = check_model(tiny_gguf)
    assert header.architecture == "qwen3"
    assert header.number("block_count") == models.TINY.layers
    assert header.lengths["tokenizer.ggml.tokens"] > 256
    assert header.text("tokenizer.chat_template") == models.TEMPLATE
    assert header.file_bytes == tiny_gguf.stat().st_size
    # keys and values, 2 bytes each, over layers and heads
    assert header.cell_bytes() == 2 * 2 * models.TINY.layers * models.TINY.kv_heads * models.TINY.head_width
