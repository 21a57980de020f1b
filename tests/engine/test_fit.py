"""Memory plans: sizes from headers, the order of giving way, and what is refused."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest

from atlas_tui.engine import bundled_model_path, fit, hardware, launch
from atlas_tui.engine.base import ModelLoadError
from atlas_tui.engine.fit import Machine, Plan
from atlas_tui.engine.footprint import SEQUENCES, Footprint, Work, measure, quantization, title
from atlas_tui.engine.hardware import GpuDevice
from atlas_tui.engine.llama.gguf_header import _BLOCKS, Header, check_model, fingerprint, read_model
from atlas_tui.settings import ModelSettings
from tests import gguf_parts, ghosts, models
from tests.ghosts import Ghost

GB = 10**9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ghosts")


@pytest.fixture(scope="module")
def big_path(folder: Path) -> Path:
    """The header of Qwen3-14B Q4_K_M."""
    return ghosts.make_ghost(folder / "Qwen3-14B.gguf")


@pytest.fixture(scope="module")
def big(big_path: Path) -> Header:
    return check_model(big_path)


@pytest.fixture(scope="module")
def small(folder: Path) -> Header:
    """The header of Qwen3-0.6B Q8_0, whose output uses the embedding's weights."""
    ghost = Ghost(ghosts.QWEN3_06B, ghosts.Q8_0, tied=True)
    return check_model(ghosts.make_ghost(folder / "Qwen3-0.6B.gguf", ghost))


def card(free: float, total: float = 0, *, shared: bool = False) -> GpuDevice:
    return GpuDevice("CUDA0", "Some GPU", int(free * GB), int((total or free * 1.03) * GB), shared)


def machine(*cards: GpuDevice, ram: float = 24) -> Machine:
    return Machine(int(ram * GB), cards, bool(cards))


def plans(header: Header, where: Machine, **settings: object) -> list[Plan]:
    return fit.plans(header, where, ModelSettings(**settings))  # type: ignore[arg-type]


# Sizes


def test_sizes_of_the_reference_model_are_exact(big: Header) -> None:
    parts = measure(big)
    assert parts.weights == 8_995_793_920
    assert parts.embedding == 437_575_680
    assert sum(parts.layers) + parts.output_on_gpu == parts.weights - parts.embedding
    assert sum(parts.layers) // 40 == pytest.approx(198.0e6, rel=1e-3)
    assert [big.cell_bytes(kind) for kind in ("f16", "q8_0", "q4_0")] == [163_840, 87_040, 46_080]
    assert parts.quantizable and not parts.unknown


def test_a_tied_output_is_on_the_gpu_a_second_time(small: Header) -> None:
    parts = measure(small)
    assert parts.output < 10_000
    assert parts.output_on_gpu == parts.output + ghosts.tensor_bytes(
        (ghosts.QWEN3_VOCABULARY, 1024), ghosts.Kind.Q8_0
    )
    assert parts.weights == sum(tensor.size for tensor in small.table)


def test_sizes_of_all_types_are_those_of_the_format() -> None:
    for kind, (per_block, block_bytes) in _BLOCKS.items():
        if kind == 9:  # Q8_1 is never stored; the Python package counts its scales twice as wide
            continue
        assert gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType(kind)] == (per_block, block_bytes)


def test_a_tensor_of_unknown_type_is_as_large_as_its_room(tiny_gguf: Path, tmp_path: Path) -> None:
    header = check_model(tiny_gguf)
    data, name = bytearray(tiny_gguf.read_bytes()), b"blk.0.ffn_up.weight"
    at = data.index(name) + len(name) + 4 + 2 * 8
    assert data[at : at + 4] == b"\0\0\0\0"
    data[at] = 200
    path = tmp_path / "unknown.gguf"
    path.write_bytes(data)
    changed = {tensor.name: tensor.size for tensor in check_model(path).table}
    assert changed == {tensor.name: tensor.size for tensor in header.table}


@pytest.mark.parametrize(
    ("file_type", "given", "expected"),
    [
        (15, "Qwen3-14B", "Qwen3-14B Q4_K_M"),
        (15, "Qwen3-14B-Q4_K_M", "Qwen3-14B Q4_K_M"),
        (7, "My\n\x1b[31m model", "My [31m model Q8_0"),
        (15 + 1024, "guessed", "guessed Q4_K_M"),
        (999, "odd", "odd"),
        (1, "", "stem F16"),
    ],
)
def test_the_name_is_one_clean_line(file_type: int, given: str, expected: str) -> None:
    header = Header({"general.name": given, "general.file_type": file_type}, {}, 1, 1)
    assert title(header, "stem") == expected


def test_quantizations_have_the_names_of_the_format() -> None:
    for kind in gguf.LlamaFileType:
        named = quantization(Header({"general.file_type": int(kind)}, {}, 1, 1))
        if named:
            assert kind.name.removeprefix("MOSTLY_").removeprefix("ALL_").removesuffix("_MOE") == named


CASES = [
    (rows, cells, flash) for rows in (32, 64, 256, 512, 2048) for cells in (4096, 16_384) for flash in (0, 1)
]


@pytest.mark.parametrize("which", ["Qwen3-14B", "Qwen3-0.6B"])
def test_the_estimate_of_buffers_is_what_llama_cpp_counts(
    which: str, folder: Path, big: Header, small: Header
) -> None:
    """Asked in a trial, which allocates nothing."""
    from atlas_tui.engine.llama import native
    from atlas_tui.engine.llama.context import Context, Shape
    from atlas_tui.engine.llama.native import Model

    log = native.NativeLog()
    log.install()
    model = Model(folder / f"{which}.gguf", 0, trial=True)
    parts = measure(big if which == "Qwen3-14B" else small)
    for rows, cells, flash in CASES:
        log.buffers.clear()
        shape = Shape(tokens=cells, rows=rows, flash=bool(flash))
        Context(model, shape=shape, sequences=SEQUENCES, threads=1).close()
        exact, guess = max(log.buffers), parts.compute(Work(rows, cells, bool(flash)))
        assert guess >= 0.98 * exact, (rows, cells, flash)
        assert guess - exact <= max(11_000_000, 0.03 * exact), (rows, cells, flash)
    model.close()


# Plans


@pytest.mark.parametrize(
    ("where", "line", "given_up"),
    [
        (machine(card(15.9)), "41/41 layers, 16k × 3, 11.9 of 15.9 GB", ()),
        (
            machine(card(11.0)),
            "41/41 layers, 16k × 3, 10.1 of 11.0 GB",
            ("prompts are read 256 tokens at a time, not 2,048", "the KV cache is q8_0, not f16"),
        ),
        (
            machine(card(9.6)),
            "41/41 layers, 11k × 3, 9.2 of 9.6 GB",
            (
                "prompts are read 256 tokens at a time, not 2,048",
                "the KV cache is q4_0, not f16",
                "11k tokens of context, not 16k",
            ),
        ),
        (
            machine(card(7.9)),
            "29/41 layers, 16k × 3, 7.4 of 7.9 GB",
            (
                "prompts are read 256 tokens at a time, not 2,048",
                "the KV cache is q8_0, not f16",
                "12 of 41 layers run on the CPU",
            ),
        ),
        (machine(ram=23.1), "CPU, 16k × 3, 12.1 of 23.1 GB", ()),
        (machine(card(0.5)), "CPU, 16k × 3, 12.1 of 24.0 GB", ("41 of 41 layers run on the CPU",)),
    ],
)
def test_the_line_and_what_was_given_up(
    big: Header, where: Machine, line: str, given_up: Sequence[str]
) -> None:
    best = plans(big, where)[0]
    assert best.line == f"Qwen3-14B Q4_K_M: {line}"
    assert best.given_up == tuple(given_up)
    assert all("\n" not in reason and len(reason) < 160 for reason in best.reasons)
    assert any("163,840" in reason or best.kv_type != "f16" for reason in best.reasons)


def test_the_order_of_giving_way(big: Header) -> None:
    steps = [
        (plan.gpu_layers, plan.rows, plan.kv_type, plan.context) for plan in plans(big, machine(card(80)))
    ]
    assert steps == [
        (41, 2048, "f16", 16_384),
        (41, 512, "f16", 16_384),
        (41, 256, "f16", 16_384),
        (41, 256, "q8_0", 16_384),
        (41, 256, "q4_0", 16_384),
        (41, 256, "q4_0", 4096),
        (40, 256, "q8_0", 16_384),
        (30, 256, "q8_0", 16_384),
        (20, 256, "q8_0", 16_384),
        (10, 256, "q8_0", 16_384),
        (0, 64, "f16", 16_384),
        (0, 64, "q8_0", 16_384),
        (0, 64, "q4_0", 16_384),
        (0, 64, "q4_0", 2048),
    ]


def test_no_plan_takes_more_than_there_is(big: Header, small: Header) -> None:
    rng = random.Random(11)
    for _ in range(150):
        cards = [card(rng.uniform(0.1, 20), shared=rng.random() < 0.3) for _ in range(rng.randrange(4))]
        where = machine(*cards, ram=rng.uniform(0.2, 30))
        try:
            found = plans(rng.choice((big, small)), where)
        except ModelLoadError as error:
            assert "GB of RAM are needed" in str(error)
            continue
        for plan in found:
            assert plan.ram_bytes <= where.memory_free
            assert all(used <= one.free for used, one in zip(plan.gpu_bytes, cards, strict=True))
            shared = sum(used for used, one in zip(plan.gpu_bytes, cards, strict=True) if one.shared)
            assert shared <= plan.ram_bytes
            assert plan.kv_type == "f16" or plan.flash
            assert plan.rows >= plan.outputs >= SEQUENCES
            assert plan.chunk <= plan.rows


def test_layers_are_split_over_gpus_by_free_memory(big: Header) -> None:
    best = plans(big, machine(card(8.0), card(5.9)))[0]
    assert best.gpu_layers == 41
    assert best.line.endswith("of 13.9 GB")
    first, second = best.gpu_bytes
    assert 7.6 * GB > first > second > 4 * GB
    assert plans(big, machine(card(2), card(2)))[0].gpu_layers < 41


def test_forced_settings_are_kept(big: Header) -> None:
    where = machine(card(15.9))
    assert plans(big, where, gpu_layers=20)[0].gpu_layers == 20
    assert {plan.gpu_layers for plan in plans(big, where, gpu_layers=20)} == {20}
    assert plans(big, where, gpu_layers=99)[0].gpu_layers == 41
    assert {plan.gpu_layers for plan in plans(big, where, gpu_layers=0)} == {0}
    assert {plan.kv_type for plan in plans(big, where, kv_type="q8_0")} == {"q8_0"}
    assert {plan.context for plan in plans(big, where, context=30_000)} == {30_000}
    assert {plan.kv_type for plan in plans(big, where, flash_attention="off")} == {"f16"}
    assert not any(plan.flash for plan in plans(big, where, flash_attention="off"))
    assert all(plan.flash for plan in plans(big, machine(), flash_attention="on"))
    assert not plans(big, where, gpu_layers=0)[0].given_up


@pytest.mark.parametrize(
    ("where", "settings", "why", "todo"),
    [
        (
            machine(ram=6),
            {},
            "9.28 GB of RAM are needed, and 5.70 GB of the 6.00 GB free may be used",
            "smaller model",
        ),
        (
            machine(ram=13),
            {"context": 200_000, "kv_type": "f16"},
            "200,000",
            "model.context to 17,408 or less",
        ),
        (
            machine(ram=11),
            {"kv_type": "f16", "context": 16_384},
            "11.00 GB free",
            "model.kv_type to q4_0",
        ),
        (
            machine(ram=11),
            {"flash_attention": "off", "context": 16_384},
            "11.00 GB free",
            "flash_attention to auto",
        ),
        (machine(card(7.9)), {"gpu_layers": 41}, "GB of GPU memory are needed", "model.gpu_layers to 29"),
        (machine(), {"gpu_layers": 5}, "cannot use a GPU", "-1"),
        (Machine(24 * GB, (), True), {"gpu_layers": 5}, "no GPU is seen", "-1"),
        (machine(), {"kv_type": "q8_0", "flash_attention": "off"}, "flash attention", "auto"),
    ],
)
def test_what_cannot_be_is_refused_with_what_could(
    big: Header, where: Machine, settings: dict, why: str, todo: str
) -> None:
    with pytest.raises(ModelLoadError) as refused:
        plans(big, where, **settings)
    assert why in str(refused.value)
    assert todo in refused.value.todo
    assert "\n" not in refused.value.one_line()


def test_what_is_said_to_fit_does(big: Header) -> None:
    where = machine(ram=13)
    assert plans(big, where, context=17_408, kv_type="f16")
    with pytest.raises(ModelLoadError):
        plans(big, where, context=19_000, kv_type="f16")
    assert plans(big, machine(card(7.9)), gpu_layers=29)


def changed(header: Header, **keys: int | tuple[int, ...]) -> Header:
    """The same model with other keys of its architecture."""
    name = header.architecture
    numbers = {f"{name}.{key.replace('__', '.')}": value for key, value in keys.items()}
    values = {**header.values, **{key: value for key, value in numbers.items() if isinstance(value, int)}}
    arrays = {key: value for key, value in numbers.items() if isinstance(value, tuple)}
    return replace(header, values={k: v for k, v in values.items() if k not in arrays}, arrays=arrays)


def test_odd_heads_keep_a_whole_cache(big: Header) -> None:
    odd = changed(big, attention__key_length=80, attention__value_length=80)
    assert {plan.kv_type for plan in plans(odd, machine(card(10)))} == {"f16"}
    assert plans(odd, machine(card(10)))[0].flash
    with pytest.raises(ModelLoadError, match="multiple of 32"):
        plans(odd, machine(), kv_type="q8_0")
    unknown = changed(big, attention__key_length=72, attention__value_length=72)
    assert not plans(unknown, machine(card(15)))[0].flash


def test_a_mixture_of_experts_counts_the_experts_in_use(big: Header) -> None:
    dense = measure(big)
    mixed = measure(changed(big, expert_count=128, expert_used_count=8, expert_feed_forward_length=768))
    assert (dense.spread, mixed.spread) == (17_408, 8 * (768 + 5120))
    assert plans(changed(big, expert_count=128, expert_used_count=8), machine())[0].line


def test_hybrid_models_have_a_cache_in_some_layers_and_a_state_in_the_others(big: Header) -> None:
    ssm = {"ssm__inner_size": 4096, "ssm__state_size": 128, "ssm__conv_kernel": 4, "ssm__group_count": 16}
    state = 4 * (3 * (4096 + 2 * 16 * 128) + 128 * 4096)
    interval = measure(changed(big, full_attention_interval=4, **ssm))
    named = measure(changed(big, attention__head_count_kv=(0, 0, 0, 8) * 10, **ssm))
    for parts in (interval, named):
        assert [bool(count) for count in parts.cells[:8]] == [False, False, False, True] * 2
        assert parts.state == state
        assert parts.cache(0, 16_384, "f16") == state * SEQUENCES
        assert parts.cache(3, 16_384, "f16") == 16_384 * 4096
        assert not parts.unknown
    reasons = plans(changed(big, full_attention_interval=4, **ssm), machine())[0].reasons
    assert any(reason.startswith("recurrent states 1.58 GB for 24 sequences") for reason in reasons)
    everywhere = measure(changed(big, **ssm))
    assert all(everywhere.stateful) and all(everywhere.cells)


def test_a_model_without_attention_has_states_only(tmp_path: Path) -> None:
    """Mamba: what llama.cpp allocates for its states is what was counted."""
    from atlas_tui.engine.llama import loading, native
    from tests import recurrent

    path = recurrent.make_recurrent(tmp_path / "mamba.gguf")
    parts = measure(check_model(path))
    assert not any(parts.cells) and all(parts.stateful) and not parts.unknown
    assert {plan.kv_type for plan in fit.plans(check_model(path), machine(), ModelSettings())} == {"f16"}
    log = native.NativeLog()
    log.install()
    loaded = loading.load(loading.Wanted(path=path, context=512, threads=1), log)
    assert not loaded.context.goes_back
    batch = loaded.context.batch()
    batch.add(5, 0, (0,), output=True)
    loaded.context.decode(batch)
    assert loaded.context.state(0).nbytes >= parts.state * len(parts.layers)
    assert loaded.context.state(0).nbytes < parts.state * len(parts.layers) * 1.1 + 200
    loaded.close()


def test_unknown_sizes_are_said_to_be_unknown(big: Header) -> None:
    strange = changed(big, wkv__head_size=64, attention__head_count=0, attention__head_count_kv=0)
    reasons = plans(strange, machine())[0].reasons
    assert any("recurrent state is unknown" in reason for reason in reasons)
    assert any("KV cache is unknown" in reason for reason in reasons)


@pytest.mark.parametrize("value", [-1, 0, 1, (1 << 31) - 1, -(1 << 31), (1 << 63) - 1])
def test_nonsense_in_a_header_is_planned_or_refused(tiny_gguf: Path, value: int) -> None:
    header = check_model(tiny_gguf)
    keys = [key for key in header.values if key.startswith("qwen3.") and "block" not in key]
    for key in [*keys, "qwen3.ssm.inner_size", "qwen3.full_attention_interval", "qwen3.expert_used_count"]:
        strange = replace(header, values={**header.values, key: value})
        for where in (machine(), machine(card(8))):
            try:
                assert plans(strange, where)
            except ModelLoadError as error:
                assert "does not fit" in str(error)


# Files


def split(source: Path, folder: Path) -> list[Path]:
    """The same model in parts of three tensors."""
    reader = gguf.GGUFReader(source)
    out = gguf.GGUFWriter(str(folder / "tiny.gguf"), "qwen3", split_max_tensors=3)
    for name, entry in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        inner = entry.types[1] if entry.types[0] is gguf.GGUFValueType.ARRAY else None
        out.add_key_value(name, entry.contents(), entry.types[0], sub_type=inner)
    for tensor in reader.tensors:
        out.add_tensor(tensor.name, np.array(tensor.data))
    gguf_parts.finish(out)
    return sorted(folder.glob("*.gguf"))


def test_a_model_in_parts_is_one_model(tiny_gguf: Path, tmp_path: Path) -> None:
    from atlas_tui.engine.llama import loading, native

    parts = split(tiny_gguf, tmp_path)
    assert len(parts) > 3 and parts[0].name == f"tiny-00001-of-{len(parts):05}.gguf"
    whole, header = check_model(tiny_gguf), check_model(parts[0])
    assert measure(header).weights == measure(whole).weights
    assert header.file_bytes == sum(part.stat().st_size for part in parts)
    assert header.parts == tuple(parts)
    log = native.NativeLog()
    log.install()
    loaded = loading.load(loading.Wanted(path=parts[0], context=256, threads=1), log)
    assert loaded.info.size_bytes == header.file_bytes
    loaded.close()
    before = fingerprint(header)
    with parts[-1].open("r+b") as file:
        file.seek(-10, 2)
        file.write(b"0123456789")
    assert fingerprint(check_model(parts[0])) != before


def test_parts_that_are_missing_or_mixed_up_are_named(tiny_gguf: Path, tmp_path: Path) -> None:
    parts = split(tiny_gguf, tmp_path)
    with pytest.raises(ModelLoadError, match="not named as the first") as refused:
        read_model(parts[1])
    assert parts[0].name in refused.value.todo
    kept = parts[2].read_bytes()
    parts[2].write_bytes(parts[3].read_bytes())
    with pytest.raises(ModelLoadError, match=f"{parts[2].name} is another part"):
        read_model(parts[0])
    parts[2].unlink()
    with pytest.raises(ModelLoadError, match=f"{parts[2].name} is missing; it is part 3 of {len(parts)}"):
        read_model(parts[0])
    parts[2].write_bytes(kept[:-100])
    with pytest.raises(ModelLoadError, match=r"00003-of.*it should have"):
        read_model(parts[0])
    parts[0].rename(tmp_path / "renamed.gguf")
    with pytest.raises(ModelLoadError, match="not named as the first"):
        read_model(tmp_path / "renamed.gguf")


def test_a_fingerprint_tells_files_apart(tiny_gguf: Path, tmp_path: Path, big: Header) -> None:
    data, path = tiny_gguf.read_bytes(), tmp_path / "copy.gguf"

    def of(content: bytes) -> str:
        path.write_bytes(content)
        return fingerprint(check_model(path))

    original = fingerprint(check_model(tiny_gguf))
    assert of(data) == original
    for at in (data.index(b"Be") if b"Be" in data else 300, len(data) // 2, len(data) - 1):
        assert of(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) != original
    assert of(data + b"\0") != original
    assert len(fingerprint(big)) == 32


# This machine


def test_looking_at_the_bundled_model() -> None:
    if not bundled_model_path().exists():
        pytest.skip("the bundled model is not built")
    found = fit.look(bundled_model_path(), ModelSettings(gpu_layers=0))
    assert found.plan.line.startswith("Atlas Tiny Q8_0: CPU, 8k × 3, ")
    assert found.plan.ram_free == found.machine.memory_free
    assert isinstance(measure(found.header), Footprint)


def test_a_container_limits_memory(tmp_path: Path) -> None:
    assert hardware._container_room(tmp_path) is None
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("300\n")
    (tmp_path / "memory.stat").write_text("anon 250\ninactive_file 30\nactive_file 20\n")
    assert hardware._container_room(tmp_path) is None
    (tmp_path / "memory.max").write_text("1000\n")
    assert hardware._container_room(tmp_path) == 750
    (tmp_path / "memory.max").write_text("100\n")
    assert hardware._container_room(tmp_path) == 0
    assert hardware.free_memory() > 0


# Loading by plan

Load = Callable[..., "object"]

WIDE = gguf_parts.Shape(width=64, layers=4, feed_forward=128, heads=8, kv_heads=8, head_width=128)
"""16,384 tokens of this one are 268 MB in f16, 143 MB in q8_0, 75 MB in q4_0."""

SHORT_OF_MEMORY = """
import resource, sys
from pathlib import Path
from atlas_tui.engine.llama import loading, native
log = native.NativeLog()
log.install()
loading.load(loading.Wanted(path=Path(sys.argv[1]), context=256, threads=1), log).close()
pages = int(Path("/proc/self/statm").read_text().split()[0])
room = pages * resource.getpagesize() + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (room, room))
loaded = loading.load(loading.Wanted(path=Path(sys.argv[1]), threads=1), log)
print(loaded.info.kv_type, loaded.info.context, *loaded.info.given_up, sep="|")
loaded.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of address space are enforced on Linux")
@pytest.mark.parametrize(
    ("room", "kind"), [(400e6, "f16|16384"), (200e6, "q8_0|16384"), (110e6, "q4_0|16384")]
)
def test_a_failed_allocation_steps_down_by_itself(tmp_path: Path, room: float, kind: str) -> None:
    """The machine has the memory and the process may not have it, so that llama.cpp really fails."""
    vocabulary = gguf_parts.Vocabulary()
    tensors = models._random_tensors(WIDE, vocabulary, 0)
    path = gguf_parts.write(tmp_path / "wide.gguf", WIDE, vocabulary, tensors)
    done = subprocess.run(
        [sys.executable, "-P", "-c", SHORT_OF_MEMORY, str(path), str(int(room))],
        capture_output=True,
        text=True,
        env=launch.environment() | {"GGML_NO_BACKTRACE": "1", "OMP_NUM_THREADS": "1"},
        timeout=100,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = done.stdout.strip()
    assert said.startswith(kind), said
    assert ("a larger plan failed: " in said) == (not kind.startswith("f16"))


def test_plans_that_killed_the_process_are_left_out(tiny_gguf: Path) -> None:
    from atlas_tui.engine.llama import loading, native

    log = native.NativeLog()
    log.install()
    kinds = []
    for skip in (0, 1, 2, 99):
        loaded = loading.load(loading.Wanted(path=tiny_gguf, gpu_layers=0, threads=1, skip=skip), log)
        kinds.append((loaded.info.kv_type, loaded.info.context))
        assert any("died" in line for line in loaded.info.given_up) == bool(skip)
        loaded.close()
    assert kinds == [("f16", 16_384), ("q8_0", 16_384), ("q4_0", 16_384), ("q4_0", 2048)]


def test_loading_tells_how_far_it_is(tmp_path: Path) -> None:
    from atlas_tui.engine.llama import loading, native

    shape = gguf_parts.Shape(width=512, layers=8, feed_forward=2048, heads=4, kv_heads=2, head_width=128)
    path = models.make_shaped(tmp_path / "m.gguf", shape, vocabulary=4000)
    log, told = native.NativeLog(), []
    log.install()

    def tell(fraction: float, gpu_layers: int) -> None:
        assert gpu_layers == 0
        told.append(fraction)

    wanted = loading.Wanted(path=path, context=256, threads=1, gpu_layers=0)
    loading.load(wanted, log, tell).close()
    assert told == sorted(told)
    assert told[0] >= 0 and told[-1] == 1.0


def test_the_loaded_model_knows_its_plan(tiny_gguf: Path) -> None:
    from atlas_tui.engine.llama import loading, native

    log = native.NativeLog()
    log.install()
    wanted = loading.Wanted(path=tiny_gguf, context=512, threads=1, kv_type="q8_0", gpu_layers=0)
    loaded = loading.load(wanted, log)
    assert loaded.info.fit == loaded.plan.line
    assert (loaded.info.kv_type, loaded.info.context, loaded.info.given_up) == ("q8_0", 512, ())
    assert loaded.info.fingerprint == fingerprint(check_model(tiny_gguf))
    assert loaded.context.sequences == SEQUENCES
    assert (loaded.chunk, loaded.context.rows) == (16, 32)
    loaded.close()


def test_a_trial_allocates_nothing(big_path: Path) -> None:
    """A model of 9 GB is asked for its buffers, and this process stays as it is."""
    from atlas_tui.engine.llama import loading, native

    log = native.NativeLog()
    log.install()
    plan = fit.plans(check_model(big_path), machine(ram=30), ModelSettings())[0]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert loading.compute_size(big_path, plan, log) == pytest.approx(plan.compute_bytes, rel=0.05)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_what_llama_cpp_counts_goes_before_the_estimate(
    tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atlas_tui.engine.llama import loading, native

    log = native.NativeLog()
    log.install()
    wanted = loading.Wanted(path=tiny_gguf, gpu_layers=0, threads=1)
    monkeypatch.setattr(loading, "TRIAL_FROM", 0)
    asked: list[Plan] = []
    real = loading.compute_size

    def counted(path: Path, plan: Plan, native_log: native.NativeLog) -> int:
        asked.append(plan)
        size = real(path, plan, native_log)
        assert 0 < size < 50_000_000
        return size if plan.kv_type == "q4_0" else 1 << 60

    monkeypatch.setattr(loading, "compute_size", counted)
    loaded = loading.load(wanted, log)
    assert (loaded.info.kv_type, loaded.info.given_up[-1]) == (
        "q4_0",
        "a larger plan needs more memory than was estimated",
    )
    loaded.close()
    assert [plan.kv_type for plan in asked] == ["f16", "q8_0", "q4_0"]
    monkeypatch.setattr(loading, "compute_size", lambda path, plan, native_log: 1 << 60)
    with pytest.raises(ModelLoadError, match="more memory than is free"):
        loading.load(wanted, log)


# A draft model


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        ("same", ""),
        ("other words", "its vocabulary has"),
        ("same size", "is another text"),
        ("missing", "does not exist"),
        ("damaged", "damaged or truncated"),
    ],
)
def test_a_draft_model_must_speak_the_same_tokens(
    draft: str, why: str, tiny_gguf: Path, tmp_path: Path
) -> None:
    from atlas_tui.engine.llama import loading, native

    path = tmp_path / "draft.gguf"
    match draft:
        case "same":
            models.make_tiny(path, template="")
        case "other words":
            models.make_reciter(path, [f"text number {number} of many" * 20 for number in range(4)])
        case "same size":
            data = tiny_gguf.read_bytes()
            at = data.index(b"<|im_start|>")
            path.write_bytes(data[:at] + b"<|im_begin|>" + data[at + 12 :])
        case "damaged":
            path.write_bytes(tiny_gguf.read_bytes()[:500])
    log = native.NativeLog()
    log.install()
    wanted = loading.Wanted(path=tiny_gguf, context=512, threads=1, gpu_layers=0, draft=path)
    loaded = loading.load(wanted, log)
    assert (loaded.draft is not None) == (not why)
    assert bool(loaded.info.given_up) == bool(why)
    if why:
        assert loaded.info.given_up[0].startswith("no draft model: ") and why in loaded.info.given_up[0]
    else:
        assert loaded.draft is not None
        model, context = loaded.draft
        assert (context.sequences, context.tokens, model.tokens) == (1, 512, loaded.model.tokens)
    loaded.close()
    unused = loading.load(replace(wanted, speculation="lookup"), log)
    assert unused.draft is None and not unused.info.given_up
    unused.close()
