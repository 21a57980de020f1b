"""Two hundred damaged headers: a clear error or a restart, never a dead app and no other exception."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from atlas_tui.engine import bundled_model_path, fit
from atlas_tui.engine.base import ModelDied, ModelLoadError
from atlas_tui.engine.fit import Machine
from atlas_tui.engine.hardware import GpuDevice
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.engine.llama.gguf_header import check_model
from atlas_tui.settings import ModelSettings
from tests.engine.conftest import MakeEngine, ask, collect, finished

COUNT = 200
HANDFUL = 6
MACHINES = (
    Machine(24_000_000_000),
    Machine(24_000_000_000, (GpuDevice("CUDA0", "Some GPU", 8_000_000_000, 8_200_000_000),), True),
)


@dataclass(frozen=True)
class Damage:
    """What is done to a file: cut to ``size`` bytes, and these bits flipped."""

    source: Path
    size: int
    flips: tuple[tuple[int, int], ...] = ()

    def write(self, path: Path) -> None:
        data = bytearray(self.source.read_bytes()[: self.size])
        for at, bit in self.flips:
            data[at] ^= 1 << bit
        path.write_bytes(data)

    def passes(self, path: Path) -> bool:
        """Whether our own checks let it through, so that llama.cpp gets to see it."""
        self.write(path)
        try:
            check_model(path)
        except ModelLoadError:
            return False
        return True


def _cut(rng: random.Random, source: Path, size: int, header: int) -> Damage:
    return Damage(source, rng.randrange(header if rng.random() < 0.7 else size))


def _flipped(rng: random.Random, source: Path, size: int, header: int) -> Damage:
    # The first bytes hold counts and most numbers; most of the rest is vocabulary.
    end = rng.choice((64, 1500, header))
    bits = rng.choice((1, 1, 2, 8))
    return Damage(source, size, tuple((rng.randrange(end), rng.randrange(8)) for _ in range(bits)))


@pytest.fixture(scope="module")
def damages(tiny_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Damage]:
    """Of the test model and of the bundled one, where it was built: cut off anywhere, flipped bits, and
    flipped bits that our own checks do not see. The same every time."""
    rng, path = random.Random(5), tmp_path_factory.mktemp("fuzz") / "m.gguf"
    sources = [one for one in (tiny_gguf, bundled_model_path()) if one.exists()]
    files = [(one, one.stat().st_size, check_model(one).data_at) for one in sources]
    made: list[Damage] = []
    for number in range(COUNT):
        file = files[number // 3 % len(files)]
        if number % 3 == 0:
            made.append(_cut(rng, *file))
        elif number % 3 == 1:
            made.append(_flipped(rng, *file))
        else:
            tries = (_flipped(rng, *file) for _ in range(60))
            made.append(next((one for one in tries if one.passes(path)), made[-1]))
    return made


def test_damaged_headers_are_refused_or_planned(damages: list[Damage], tmp_path: Path) -> None:
    """What the app itself reads of a file: the header and the memory plan."""
    path, refused = tmp_path / "m.gguf", 0
    for damage in damages:
        damage.write(path)
        for machine in MACHINES:
            try:
                assert fit.look(path, ModelSettings(), machine).plan.line
            except ModelLoadError as error:
                assert error.why and error.todo and "\n" not in error.one_line()
                refused += 1
    assert COUNT < refused < 2 * COUNT - 80


async def load(engine: LlamaEngine) -> str:
    """What becomes of a damaged file in the real process; where it loads, it also has to write or say why."""
    try:
        await engine.load()
        done = finished(await collect(engine, [ask("x", max_tokens=3)]))
    except ModelLoadError as error:
        assert error.why and error.todo
        return "refused"
    except ModelDied as error:
        assert error.why
        return "died"
    assert done["A"].answer_tokens <= 3
    return "loaded"


@pytest.mark.parametrize("part", ["handful", pytest.param("all", marks=pytest.mark.slow)])
@pytest.mark.timeout(1800)
async def test_damaged_files_end_in_an_error_or_a_restart(
    part: str, damages: list[Damage], tmp_path: Path, make_engine: MakeEngine
) -> None:
    """Each through a model process of its own; then the good file still loads."""
    path, results = tmp_path / "m.gguf", []
    chosen = damages if part == "all" else [one for one in damages[2::3] if one.passes(path)][:HANDFUL]
    for damage in chosen:
        damage.write(path)
        engine = make_engine(path)
        results.append(await load(engine))
        await engine.close()
        assert engine.pid is None
    print({kind: results.count(kind) for kind in sorted(set(results))})
    good = make_engine(damages[0].source)
    assert finished(await collect(good, [ask("x", max_tokens=3)]))["A"].answer_tokens == 3
    assert results.count("loaded") > 0
    if part == "all":
        assert results.count("refused") > COUNT // 3
