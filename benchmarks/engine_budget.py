"""Line 10: thinking budgets, each sequence of a batch with its own."""

from __future__ import annotations

from atlas_tui.engine.base import SequenceRequest, ThinkingEnd
from benchmarks.engine_parts import Bench, Found, Goal, Run, ask, run

TITLE = "thinking budgets"
GOALS = (
    Goal("budget_kept", "sequences that leave thinking within their budget and one step", "", least=1.0),
    Goal("budget_answered", "of these, sequences that then answer in full", "", least=1.0),
    Goal("budget_repeated_tokens", "prompt tokens read a second time for it", "", most=0.0),
)
_BUDGETS = (1, 2, 3, 7, 20, 33, 64, 100)
_ANSWER = 12


async def measure(bench: Bench) -> Found:
    """The model thinks on and on; every way out of it is the engine's."""
    kept = answered = repeated = total = 0
    async with bench.engine(bench.output_only, context=8192) as engine:
        for number in range(bench.options.size(5, 2)):
            requests = [
                ask(bench.prose(20, f"{number} {budget}"), f"{number}-{budget}", seed=number + 1,
                    tokens=_ANSWER, thinking=budget)
                for budget in _BUDGETS
            ]  # fmt: skip
            result = await run(engine, requests)
            for one in requests:
                done = result.done[one.id]
                total += 1
                kept += done.thinking_end is ThinkingEnd.BUDGET and done.thinking_tokens <= one.thinking + 1
                answered += done.answer_tokens == _ANSWER
            repeated += _repeated(result, requests)
    return {
        "budget_kept": kept / total,
        "budget_answered": answered / total,
        "budget_repeated_tokens": repeated,
        "budget_sequences": total,
    }


def _repeated(result: Run, requests: list[SequenceRequest]) -> int:
    """Prompt tokens that were computed beyond once for each sequence."""
    return max(0, result.evaluated - sum(result.done[one.id].prompt_tokens for one in requests))
