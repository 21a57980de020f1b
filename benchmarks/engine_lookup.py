"""Line 8: prompt lookup on one stream, where it helps and where it cannot.

``copy`` writes the prompt's program again with one word in 25 changed. ``noise`` draws words of which any
three stand in the prompt, followed by another word than those it draws from: looking up always finds
something, and it is hardly ever right.
"""

from __future__ import annotations

from dataclasses import replace

from atlas_tui.engine.base import Sampler, SequenceRequest
from atlas_tui.engine.llama.client import LlamaEngine
from benchmarks import shapes
from benchmarks.engine_parts import Bench, Found, Goal, ask, middle, run, spread

TITLE = "prompt lookup, one stream"
GOALS = (
    Goal("lookup_gain_on_repair", "rate with lookup to without, repair-like text", least=1.0),
    Goal("lookup_on_noise", "the same, text where nothing is accepted", least=0.97),
)


def _repair(bench: Bench, number: int, tokens: int) -> SequenceRequest:
    program = bench.words.text(bench.voice.original())
    content = f"{bench.prose(8, f'repair {number}')}\nThis attempt fails:\n{program}\nCorrect it."
    return ask(content, f"R{number}", seed=number, tokens=tokens, bias=bench.bias("copy"))


def _noise(bench: Bench, number: int, tokens: int) -> SequenceRequest:
    request = ask(bench.words.text(bench.voice.provoking()), f"N{number}", tokens=tokens)
    # Hot, so that all followers of a word are about as likely.
    sampler = Sampler(temperature=4.0, top_k=6, top_p=1.0, seed=number, logit_bias=bench.bias("noise"))
    return replace(request, sampler=sampler)


async def measure(bench: Bench) -> Found:
    tokens = bench.options.size(shapes.COPIED, 60)
    ratios: dict[str, list[float]] = {"repair": [], "noise": []}
    drafted, accepted = dict.fromkeys(ratios, 0), dict.fromkeys(ratios, 0)
    async with (
        bench.engine(bench.small, context=4096, speculation="off") as off,
        bench.engine(bench.small, context=4096, speculation="lookup") as lookup,
    ):
        engines: dict[bool, LlamaEngine] = {True: lookup, False: off}
        for number in range(bench.options.runs + 1):
            for name, make in (("repair", _repair), ("noise", _noise)):
                rates = {}
                for on in (True, False) if number % 2 else (False, True):
                    result = await run(engines[on], [make(bench, number, tokens)])
                    rates[on] = result.rate
                    drafted[name] += sum(one.drafted for one in result.done.values())
                    accepted[name] += sum(one.accepted for one in result.done.values())
                if number:
                    ratios[name].append(rates[True] / rates[False])
    share = {name: accepted[name] / drafted[name] if drafted[name] else None for name in ratios}
    for name, values in ratios.items():
        told = "unknown" if share[name] is None else f"{share[name]:.0%}"
        bench.note(f"{name}: {spread(values)} times; {told} of {drafted[name]} guesses accepted")
    # Without a guess that came true there is nothing a gain could come from, and without a guess nothing
    # that acceptance could have switched off: such a ratio is of the machine, not of looking up.
    return {
        "lookup_gain_on_repair": middle(ratios["repair"]) if accepted["repair"] else None,
        "lookup_on_noise": middle(ratios["noise"]) if drafted["noise"] else None,
        "lookup_acceptance": share,
        "lookup_drafted": drafted,
    }
