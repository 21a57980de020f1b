"""What a report of a run says, as blocks, from its figures."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas_tui.bench.document import (
    Bar,
    Block,
    Chart,
    Heading,
    Paragraph,
    Points,
    Table,
    interval,
    percent,
    with_interval,
)
from atlas_tui.bench.figures import GROUPS, Difference, Figures, Spread, Study
from atlas_tui.bench.lens_section import lens_blocks
from atlas_tui.bench.records import Recipe

_SHOWN = 20
"""Rows of what failed, before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Price:
    """For a million tokens."""

    read: float
    written: float
    currency: str = "USD"


def blocks(study: Study, price: Price | None = None, cutoff: str = "") -> Iterator[Block]:
    """The whole report. ``cutoff`` is the date at which the model's training data ends, where it is known."""
    header = study.header
    yield Heading(f"{header.set} {header.set_version}: {header.model}".strip(), 1)
    yield from _summary(study)
    yield from _differences(study)
    yield from _costs(study, price)
    yield from _groups(study)
    yield from _choices(study)
    yield from lens_blocks(study)
    yield from _went_wrong(study)
    yield from _made(study)
    yield from _caveats(study, cutoff)


def _summary(study: Study) -> Iterator[Block]:
    yield Heading("What is right")
    rows = []
    for one in study.figures:
        kind = [with_interval(one.pass_1), with_interval(one.selected), with_interval(one.pass_k)]
        rows.append((one.name, str(one.problems), str(one.k), *kind, percent(one.any.value), _ratio(one)))
    head = ("condition", "problems", "k", "pass@1", "sel@k (submitted)", "pass@k (ceiling)")
    yield Table((*head, "any program", "selection efficiency"), tuple(rows))
    if told := [_parts(one) for one in study.figures if one.parts]:
        yield Points(tuple(told))
    bars = []
    for one in study.figures:
        shares = (("pass@1", one.pass_1), ("sel@k", one.selected), ("pass@k", one.pass_k))
        bars += [Bar(f"{one.name} {series}", value, series) for series, value in shares]
    yield Chart("Share of problems that are right, 95 % intervals over problems", tuple(bars))


def _parts(one: Figures) -> str:
    right, total = one.parts or (0, 0)
    scored = sum(bool(record.chosen and record.chosen.parts) for record in one.records)
    return (
        f"{one.name}: {right:,} of {total:,} parts are right ({percent(right / total)}), of the {scored}"
        f" submissions of {one.problems} problems whose parts were scored."
    )


def _differences(study: Study) -> Iterator[Block]:
    found = study.differences()
    if not found:
        return
    yield Heading("What each step changes")
    rows = tuple(
        (
            _pair(one),
            str(one.problems),
            f"{100 * one.change.value:+.1f}",
            interval(one.change, signed=True),
            str(one.gained),
            str(one.lost),
            chance(one.p),
        )
        for one in found
    )
    head = ("step", "problems", "points", "95 % interval", "only second right", "only first right")
    yield Table((*head, "p (McNemar, exact)"), rows)
    bars = tuple(Bar(_pair(one), one.change, "noise" if one.noise else "step") for one in found)
    yield Chart("Change in points, on the same problems", bars, signed=True)
    if not any(one.noise for one in found):
        yield Paragraph("No condition was run twice, so the noise between two equal runs is not known.")


def _pair(one: Difference) -> str:
    return f"{one.first} → {one.second}" + (" (noise floor)" if one.noise else "")


def chance(value: float) -> str:
    """A probability of chance, as precise as it matters."""
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def _costs(study: Study, price: Price | None) -> Iterator[Block]:
    yield Heading("What it costs")
    head: tuple[str, ...] = (
        "condition",
        "tokens written: mean",
        "median",
        "p90",
        "tokens read: mean",
        "seconds: mean",
        "median",
        "p90",
        "joules a problem",
    )
    rows = []
    for one in study.figures:
        read = f"{one.tokens_read.mean:,.0f}"
        row = [one.name, *_three(one.tokens, 0), read, *_three(one.seconds, 1), _joules(study, one)]
        rows.append((*row, *([f"{one.price(price.read, price.written):.5f}"] if price else [])))
    if price:
        head = (*head, f"{price.currency} a problem")
    yield Table(head, tuple(rows))
    yield Points(tuple(_measured(study, price)))
    yield Heading("Where the tokens went", 3)
    yield _by_outcome(study)
    stages = sorted({stage for one in study.figures for stage in one.by_stage})
    shares = tuple(
        (one.name, *(f"{one.by_stage.get(stage, 0):,}" for stage in stages)) for one in study.figures
    )
    yield Table(("tokens written in", *stages), shares)


def _measured(study: Study, price: Price | None) -> Iterator[str]:
    found = study.spent()
    if found is not None and found.seconds:
        yield (
            f"{found.seconds:,.0f} seconds of all processes together, scoring too;"
            f" {found.tokens / found.seconds:,.0f} tokens a second over all of it,"
            f" {study.header.in_flight} problems at the same time."
        )
        if found.ready_idle is not None:
            share = percent(found.ready_idle)
            yield f"For {share} of that time a sequence was ready while the engine did nothing."
    if found is None or found.joules is None:
        whys = sorted({one.energy.removeprefix("unknown; ") for one in study.sittings if one.energy})
        yield f"Energy: unknown{f' ({whys[0]})' if whys else ''}."
    else:
        read = ", ".join(sorted({sitting.energy for sitting in study.sittings}))
        yield f"Energy: {found.joules:,.0f} joules, {read}; other work on these devices is in it."
    if price:
        yield (
            f"Prices: {price.read:g} {price.currency} for a million tokens read,"
            f" {price.written:g} for a million written."
        )


def _joules(study: Study, one: Figures) -> str:
    spent = study.spent(one.name)
    if spent is None or spent.joules is None or not spent.problems:
        return "unknown"
    return f"{spent.joules / spent.problems:,.1f}"


def _three(spread: Spread, digits: int) -> tuple[str, str, str]:
    mean, median, high = (f"{value:,.{digits}f}" for value in (spread.mean, spread.median, spread.p90))
    return mean, median, high


def _by_outcome(study: Study) -> Table:
    rows = []
    for one in study.figures:
        total = sum(tokens for _, tokens in one.by_outcome.values()) or 1
        cells = (f"{count} problems, {percent(tokens / total)}" for count, tokens in one.by_outcome.values())
        rows.append((one.name, *cells))
    return Table(
        ("tokens written for problems that came out", "right", "wrong", "without an answer"), tuple(rows)
    )


def _groups(study: Study) -> Iterator[Block]:
    tables = [(by, _group_table(study, by)) for by in GROUPS]
    if any(table for _, table in tables):
        yield Heading("By kind of problem")
    for by, table in tables:
        if table:
            yield Heading(f"By {by}", 3)
            yield table


def _group_table(study: Study, by: str) -> Table | None:
    found = {one.name: {group.name: group for group in one.groups(by)} for one in study.figures}
    names = sorted({name for groups in found.values() for name in groups})
    if not names:
        return None
    rows = []
    for name in names:
        groups = [found[one.name].get(name) for one in study.figures]
        count = max(group.problems for group in groups if group)
        rows.append((name, str(count), *(with_interval(group.right) if group else "–" for group in groups)))
    return Table((by, "problems", *(one.name for one in study.figures)), tuple(rows))


def _choices(study: Study) -> Iterator[Block]:
    """The states of the condition with the most of the method; it is the last that repeats none."""
    one = next((each for each in reversed(study.figures) if not each.recipe.again), None)
    if one is None:
        return
    yield Heading(f"How far a choice can be trusted: {one.name}")
    rows = tuple(
        (
            each.state,
            str(each.problems),
            with_interval(each.right),
            percent(each.told) if each.told is not None else "not told",
        )
        for each in one.states
    )
    yield Table(("state of the evidence", "problems", "right", "probability that was shown"), rows)


def _went_wrong(study: Study) -> Iterator[Block]:
    reasons = list(dict.fromkeys(reason for one in study.figures for reason in one.failures))
    classes = list(dict.fromkeys(name for one in study.figures for name in one.classes))
    if reasons or classes:
        yield Heading("What went wrong")
    if reasons:
        rows = tuple(
            (one.name, *(str(one.failures.get(each, 0)) for each in reasons)) for one in study.figures
        )
        yield Table(("submissions that are not right, by first failed test", *reasons), rows)
    if classes:
        rows = tuple(
            (one.name, *(str(one.classes.get(each, 0)) for each in classes)) for one in study.figures
        )
        yield Table(("failures that were diagnosed on the evidence", *classes), rows)
    failed = [(one.name, record) for one in study.figures for record in one.failed]
    if failed:
        yield Paragraph(f"{len(failed)} runs ended without an answer; they count as wrong:")
        told = [f"{name}, {record.task}: {' '.join(record.failed.split())}" for name, record in failed]
        rest = [f"and {len(told) - _SHOWN} more"] if len(told) > _SHOWN else []
        yield Points((*told[:_SHOWN], *rest))


def _made(study: Study) -> Iterator[Block]:
    header = study.header
    yield Heading("How it was made")
    when = time.strftime("%Y-%m-%d", time.gmtime(header.started)) if header.started else "unknown"
    lines = [
        f"Set: {header.set} {header.set_version} from {header.set_source}, identity {header.set_identity}.",
        f"Model: {header.model}, {header.model_hash or 'hash unknown'}; engine: {header.engine}.",
        f"Atlas TUI {header.version}, prompts {header.prompts}, seed {header.seed}, begun {when} (UTC).",
        f"Sandbox: {header.sandbox}.",
    ]
    lines += [f"Option {key}: {value}." for key, value in header.options]
    for machine in header.hardware or ():
        gpus = ", ".join(machine.gpus) or "no GPU"
        memory = f"{machine.memory_bytes / 2**30:.0f} GiB"
        lines.append(f"Machine: {machine.processor}, {machine.cores} cores, {memory}, {gpus}.")
    if not header.hardware:
        lines.append("Machine: unknown.")
    yield Points(tuple(lines))
    yield _recipes(header.conditions)


def _recipes(conditions: Sequence[Recipe]) -> Table:
    """What all conditions share is told once, what differs of each."""
    settings = [_with_lens(one) for one in conditions]
    keys = sorted({key for each in settings for key in each})
    shared = [key for key in keys if len({repr(each.get(key)) for each in settings}) == 1]
    rows = [("all", "", _listed({key: settings[0][key] for key in shared}))] if settings else []
    for one, each in zip(conditions, settings, strict=True):
        own = {key: value for key, value in each.items() if key not in shared}
        rows.append((one.name, one.title, _listed(own)))
    return Table(("condition", "what it is", "settings of the solver"), tuple(rows))


def _with_lens(one: Recipe) -> dict[str, object]:
    if one.lens is None:
        return one.settings
    return one.settings | {"lens": f"{one.lens.state}, weights {one.lens.weights[:12]}"}


def _listed(settings: dict[str, object]) -> str:
    return ", ".join(f"{key} = {_said(value)}" for key, value in sorted(settings.items()))


def _said(value: object) -> str:
    return "unset" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _caveats(study: Study, cutoff: str) -> Iterator[Block]:
    yield Heading("Caveats")
    yield Points(tuple(caveats(study, cutoff)))


def caveats(study: Study, cutoff: str = "") -> Iterator[str]:
    """What a careful reader must know."""
    header = study.header
    yield (
        "pass@1 is a blind pick among the first k candidates of a condition, sel@k the one program that was"
        " submitted, pass@k the ceiling: one of the first k is right. They are three numbers, not one."
    )
    yield (
        "Scoring tests were run after the choice, once; what they said reached no prompt, choice or stop"
        " rule. Tests that also stand in a statement, as its samples, were seen by all of them."
    )
    if header.set_rules:
        yield f"What decides: {header.set_rules}"
    yield _window(header.window, cutoff)
    yield "Selection efficiency above 100 % means that later candidates or repairs were right."
    if header.in_flight > 1:
        yield (
            "Many problems share the engine's batches, so the last bits of sums, and with them now and then a"
            " text, depend on what else was in flight: the same seed need not repeat the same text."
        )
    total = len(header.tasks)
    for one in study.figures:
        if one.problems < total:
            yield f"{one.name} was run on {one.problems} of {total} problems; pairs use what both have."
        if one.unscored:
            yield f"{one.name}: {one.unscored} submissions could not be scored; they count as not right."
    if header.skipped:
        named = ", ".join(place for place, _ in header.skipped[:5])
        yield f"{len(header.skipped)} rows of the set could not be used and were left out: {named}" + (
            " and more." if len(header.skipped) > 5 else "."
        )
    yield from header.set_caveats


def _window(window: tuple[str, str], cutoff: str) -> str:
    first, last = window
    if not first:
        return "The problems carry no dates: the model may have seen any of them in its training."
    said = f"The problems were published from {first} to {last}."
    if not cutoff:
        return f"{said} When the model's training data ends is not known here, so it may have seen them."
    if cutoff < first:
        return f"{said} The model's training data is said to end {cutoff}, before them."
    which = "the earlier ones" if cutoff < last else "all of them"
    return f"{said} The model's training data is said to end {cutoff}: it may have seen {which}."


def _ratio(one: Figures) -> str:
    found = one.efficiency
    return "nothing to choose" if found.value != found.value else percent(found.value)
