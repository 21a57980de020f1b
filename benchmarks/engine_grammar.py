"""Line 5: the same text with a grammar and without; the grammar is asked about the drawn token only."""

from __future__ import annotations

import json

from atlas_tui.engine.base import Grammar
from benchmarks.engine_parts import Bench, Found, Goal, cpu_seconds, middle, renamed, run, spread, three

TITLE = "grammar"
GOALS = (Goal("grammar_on_vs_off", "time of a three-row step with a JSON schema to without", most=1.05),)
_SCHEMA = {
    "type": "object",
    "properties": {
        "steps": {"type": "array", "items": {"type": "string"}},
        "count": {"type": "integer"},
    },
    "required": ["steps", "count"],
}


async def measure(bench: Bench) -> Found:
    tokens = bench.options.size(160, 32)
    grammar = Grammar(json_schema=json.dumps(_SCHEMA))
    ratios, cpu_ratios = [], []
    async with bench.engine(bench.small, context=4096) as engine:
        for number in range(bench.options.runs + 1):
            rates, cpu, texts = {}, {}, set()
            for on in (True, False) if number % 2 else (False, True):
                requests = three("Give the steps as JSON.", tokens, bias=bench.bias("json"),
                                 grammar=grammar if on else None)  # fmt: skip
                used = cpu_seconds(engine.pid)
                result = await run(engine, renamed(requests, f"-{number}-{on}"))
                rates[on], cpu[on] = result.rate, cpu_seconds(engine.pid) - used
                texts |= {one.text for one in result.done.values()}
            if len(texts) != 1:
                raise RuntimeError(f"the texts differ: {sorted(text[:80] for text in texts)}")
            if number:
                ratios.append(rates[False] / rates[True])
                cpu_ratios.append(cpu[True] / cpu[False])
    bench.note(f"{spread(ratios, 3)} over {len(ratios)} turns; CPU {spread(cpu_ratios, 3)}")
    return {"grammar_on_vs_off": middle(ratios), "grammar_on_vs_off_cpu": middle(cpu_ratios)}
