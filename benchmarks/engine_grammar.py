"""Line 5: the same text with a grammar and without; the grammar is asked about the drawn token only."""

from __future__ import annotations

from atlas_tui.engine.base import Grammar
from benchmarks.engine_parts import Bench, Found, Goal, cpu_seconds, middle, renamed, run, spread, three

TITLE = "grammar"
GOALS = (Goal("grammar_on_vs_off", "time of a three-row step with a grammar to without", most=1.05),)
_WORDS = "root ::= [ \\n]* word ([ \\n]+ word)*\nword ::= letter+\nletter ::= [^ \\n]"
"""Allows whatever is written, in two levels of rules: every drawn token is checked, and passes."""


async def measure(bench: Bench) -> Found:
    tokens = bench.options.size(160, 32)
    grammar = Grammar(gbnf=_WORDS)
    ratios, cpu_ratios = [], []
    async with bench.engine(bench.small, context=4096) as engine:
        for number in range(bench.options.runs + 1):
            rates, cpu, texts = {}, {}, {}
            for on in (True, False) if number % 2 else (False, True):
                requests = three("Go.", tokens, bias=bench.bias("noise"), grammar=grammar if on else None)
                used = cpu_seconds(engine.pid)
                result = await run(engine, renamed(requests, f"-{number}-{on}"))
                rates[on], cpu[on] = result.rate, cpu_seconds(engine.pid) - used
                texts[on] = sorted(one.text for one in result.done.values())
            if texts[True] != texts[False]:
                raise RuntimeError(f"the grammar changed a text: {texts}")
            if number:
                ratios.append(rates[False] / rates[True])
                cpu_ratios.append(cpu[True] / cpu[False])
    bench.note(f"{spread(ratios, 3)} over {len(ratios)} turns; CPU {spread(cpu_ratios, 3)}")
    return {"grammar_on_vs_off": middle(ratios), "grammar_on_vs_off_cpu": middle(cpu_ratios)}
