"""What makes llama.cpp abort, tried through our own classes: each must end in one of our errors.

Rows that cannot be tried because nothing of ours leads there are told as such.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from atlas_tui.engine.base import EngineError, Grammar, Sampler
from atlas_tui.engine.llama import native
from atlas_tui.engine.llama.cancel import Cancellation
from atlas_tui.engine.llama.context import Batch, Context, Shape
from atlas_tui.engine.llama.grammar import CompiledGrammar
from atlas_tui.engine.llama.native import Model, NativeError
from atlas_tui.engine.llama.sampling import Chain
from benchmarks.engine_parts import Bench, ask
from tests import models

NO_WAY = {
    "a chain without a selector": "every chain ends with greedy or dist",
    "a partial copy across streams": "the cache is unified, so there is one stream",
    "no_alloc with mmap": "files are never loaded that way",
}
_ROWS, _SEQUENCES, _OUTPUTS = 64, 3, 4


class _Attempts:
    def __init__(self, model: Model) -> None:
        self._model = model
        shape = Shape(tokens=256, rows=_ROWS)
        self._context = Context(model, shape=shape, sequences=_SEQUENCES, threads=1, outputs=_OUTPUTS)

    def _batch(self, count: int, *, begin: int = 0, token: int = 40, outputs: int = 1) -> Batch:
        batch = self._context.batch()
        for place in range(count):
            batch.add(token, begin + place, (0,), output=place >= count - outputs)
        return batch

    def table(self) -> dict[str, Callable[[], Any]]:
        context = self._context
        return {
            "a batch with too many tokens": lambda: self._batch(_ROWS + 1),
            "more outputs than there is room for": lambda: self._batch(_OUTPUTS + 1, outputs=_OUTPUTS + 1),
            "a row without output is sampled": self._no_output,
            "a sequence beyond the last is copied to": lambda: context.copy(0, _SEQUENCES),
            "a sequence beyond the last is dropped": lambda: context.drop(_SEQUENCES),
            "a token that does not exist": lambda: self._batch(1, token=self._model.tokens),
            "a sequence that does not exist": lambda: context.batch().add(1, 0, (9,), output=True),
            "an empty batch": lambda: context.decode(context.batch()),
            "a gap in the positions": self._gap,
            "no room in the cache": self._full,
            "a sampler is used after it was freed": self._freed,
            "a grammar that is none": lambda: CompiledGrammar(self._model, Grammar(gbnf="root ::= (")),
            "a schema that is none": lambda: CompiledGrammar(self._model, Grammar(json_schema="[")),
            "a file that is missing": lambda: Model(Path("missing.gguf"), 0),
            "a context too large for any memory": self._huge,
        }

    def _no_output(self) -> None:
        self._context.drop(0)
        self._context.decode(self._batch(4))
        self._context.logits(1)

    def _gap(self) -> None:
        self._context.drop(0)
        self._context.decode(self._batch(2))
        self._context.decode(self._batch(1, begin=9))

    def _full(self) -> None:
        self._context.drop(0)
        for begin in range(0, 10 * _ROWS, _ROWS):
            self._context.decode(self._batch(_ROWS, begin=begin))

    def _freed(self) -> None:
        self._context.drop(0)
        self._context.decode(self._batch(2))
        chain = Chain(self._model, Sampler())
        chain.close()
        chain.close()
        chain.draw(self._context.logits(1), free=True)

    def _huge(self) -> None:
        from benchmarks.engine_inside import opened

        session = opened(str(self._model.path), 1 << 40)
        tokens = session.info.context
        session.close()
        if tokens < 1 << 40:
            raise EngineError("less was planned", f"{tokens:,} tokens")

    def goes_on(self) -> bool:
        """Whether the context still works after all of it."""
        self._context.drop(0)
        self._context.decode(self._batch(4))
        return bool(self._context.logits(3).size)


def _forbidding(path: Path) -> bool:
    """A grammar that forbids what the model wants to write, to the end of the answer."""
    from benchmarks.engine_inside import opened

    session = opened(str(path), 1024)
    request = ask("yes or no?", tokens=8, grammar=Grammar(gbnf='root ::= "yes" | "no"'))
    events: list[Any] = []
    session.generate([request], Cancellation([request.id]), events.append)
    session.close()
    return events[-1].text in ("yes", "no")


def attempts(bench: Bench) -> dict[str, Any]:
    """By row: the name of the error that came, or what happened instead."""
    path = bench.options.models / "tiny.gguf"
    if not path.exists():
        models.make_tiny(path)
    native.NativeLog().install()
    model = Model(path, 0)
    model.path = path  # type: ignore[attr-defined]
    tried, found = _Attempts(model), {}
    for name, attempt in tried.table().items():
        try:
            attempt()
            found[name] = "no error"
        except (NativeError, EngineError) as error:
            found[name] = type(error).__name__
    found["a token that the grammar forbids"] = "never accepted" if _forbidding(path) else "no error"
    return {"rows": found, "goes_on": tried.goes_on()}
