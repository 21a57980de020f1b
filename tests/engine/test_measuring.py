"""What `models bench` tells and keeps, and the models that the benchmark is run on."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf import GGMLQuantizationType as Kind

from atlas_tui import paths
from atlas_tui.cli.models_bench import table
from atlas_tui.engine import measuring
from atlas_tui.engine.measuring import ModeRates, SpeculationReport
from atlas_tui.settings import ModelSettings
from benchmarks import shapes
from benchmarks.engine_parts import Goal


def rates(mode: str, *ratios: float, accepted: float | None = None) -> ModeRates:
    return ModeRates(
        mode=mode, repair=10.0, other=10.0, repair_ratios=ratios, other_ratios=ratios,
        repair_accepted=accepted, other_accepted=accepted,
    )  # fmt: skip


def report(*modes: ModeRates, fingerprint: str = "one") -> SpeculationReport:
    return SpeculationReport(
        model="m", fingerprint=fingerprint, device="CPU", modes=modes, decode=((1, 10.0),), prefill=100.0,
        measured_at="2026-01-01T00:00:00+00:00",
    )  # fmt: skip


def test_a_gain_is_the_median_of_the_rounds() -> None:
    told = report(rates("off"), rates("lookup", 0.9, 1.5, 1.4, accepted=0.8))
    assert told.gain("lookup") == 1.4
    assert told.gain("draft") is None and told.gain("off") is None


@pytest.mark.parametrize("accepted", [None, 0.0])
def test_without_a_right_guess_no_gain_is_told(accepted: float | None) -> None:
    """A faster round then had another reason, as on a machine that others use too."""
    told = report(rates("off"), rates("lookup", 1.5, 2.0, 1.7, accepted=accepted))
    assert told.gain("lookup") is None
    measuring.store(told)
    assert json.loads(paths.bench_file().read_text())["one"]["lookup_gain"] is None
    assert "2.00" not in "\n".join(table(told))


def test_gains_of_other_models_are_kept() -> None:
    measuring.store(report(rates("off"), rates("lookup", 1.5, accepted=0.8)))
    measuring.store(report(rates("off"), rates("draft", 1.2, accepted=0.6), fingerprint="two"))
    kept = json.loads(paths.bench_file().read_text())
    assert kept["one"]["lookup_gain"] == 1.5 and kept["two"]["draft_gain"] == 1.2


def test_a_damaged_file_is_written_anew() -> None:
    paths.private(paths.bench_file().parent)
    paths.bench_file().write_text("{")
    measuring.store(report(rates("off"), rates("lookup", 1.5, accepted=0.8)))
    assert json.loads(paths.bench_file().read_text())["one"]["lookup_gain"] == 1.5


async def test_a_real_model_is_measured(tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_SECONDS", 0.05)
    monkeypatch.setattr(measuring, "_ROUNDS", 2)
    said: list[str] = []
    found = await measuring.measure(ModelSettings(path=str(tiny_gguf), threads=1), said.append)
    assert [one.mode for one in found.modes] == ["off", "lookup"]
    assert found.fingerprint and found.prefill > 0 and all(rate > 0 for _, rate in found.decode)
    assert [streams for streams, _ in found.decode] == [1, 3, 8]
    # The two take turns, so that neither has the better half of the time.
    turns = [text.rpartition(" ")[2] for text in said if text.startswith("round")]
    assert turns == ["lookup", "off", "off", "lookup"]


def test_what_was_not_measured_is_never_met() -> None:
    goal = Goal("key", "text", most=0.5)
    assert "met" not in goal.judged(None) and "MISSED" not in goal.judged(None)
    assert "MISSED" in goal.judged(0.6) and "MISSED" not in goal.judged(0.5)
    assert "MISSED" in Goal("key", "text", least=2.0).judged(1.9)


@pytest.mark.parametrize("kind", [Kind.Q4_0, Kind.Q4_K])
def test_codes_are_exact_in_their_blocks(kind: Kind) -> None:
    codes = shapes._codes(3, 512)
    assert (gguf.quants.dequantize(shapes._signs(codes, kind), kind) == codes).all()


def test_whole_numbers_are_exact_in_q6_k() -> None:
    table_ = np.random.default_rng(0).integers(-32, 32, (5, 512), dtype=np.int8)
    assert (gguf.quants.dequantize(shapes._whole(table_, 0.25, Kind.Q6_K), Kind.Q6_K) == table_ / 4).all()


@pytest.mark.parametrize("kind", [Kind.Q4_0, Kind.Q4_K, Kind.Q6_K])
def test_random_weights_are_finite_and_scale_zero_is_zero(kind: Kind) -> None:
    def values(scale: float) -> np.ndarray:
        blocks = shapes._random(8, 512, kind, scale, np.random.default_rng(0))
        return gguf.quants.dequantize(blocks, kind)

    assert np.isfinite(values(0.03)).all() and 0.01 < values(0.03).std() < 0.09
    assert (values(0.0) == 0).all()


@pytest.mark.slow
def test_the_large_shape_has_the_size_of_the_real_file(tmp_path: Path) -> None:
    """Qwen3-14B Q4_K_M: 8,995,793,920 bytes of tensors. Hollow: only the header is on the disk."""
    path = shapes.write(tmp_path / "14b.gguf", shapes.FOURTEEN_B, "Q4_K_M", hollow=True)
    tensors = gguf.GGUFReader(path).tensors
    assert sum(int(one.n_bytes) for one in tensors) == 8_995_793_920
    assert path.stat().st_blocks * 512 < 100 << 20


def test_texts_begin_where_the_bias_says() -> None:
    voice = shapes.Voice.of(shapes.Words(4096))
    forbidden = {token for token, _ in shapes.bias(voice, "noise")}
    starts = voice.starts()
    assert forbidden == {*starts["free"], *starts["json"], *starts["copy"]}
    assert not shapes.bias(voice, "free")
    program = voice.original()
    changed = sum(one != other for one, other in zip(program, voice.copied.tolist(), strict=True))
    assert changed == shapes.COPIED // shapes.EDIT
