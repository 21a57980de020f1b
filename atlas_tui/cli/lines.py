"""Each event in one line of words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from atlas_tui import events
from atlas_tui.cli.plain import one_line
from atlas_tui.facts import FAILURES


@singledispatch
def describe(event: events.Event) -> str:
    """The event for the person; empty for events that are too small to tell."""
    return ""


@describe.register
def _(event: events.RunStarted) -> str:
    return f"session  {event.session}, model {event.model}, seed {event.seed}, isolation {event.isolation}"


@describe.register
def _(event: events.ProblemRead) -> str:
    problem = event.problem
    name = f" {problem.entry_point}" if problem.entry_point else ""
    notes = "".join(f"\n         note: {note}" for note in problem.notes)
    return f"read     {problem.mode}{name}, {counted(len(problem.samples), 'sample')}{notes}"


@describe.register
def _(event: events.BaseRead) -> str:
    kept = "" if event.final_newline else ", no newline at its end"
    end = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}.get(event.eol, "LF")
    file = f"{event.encoding}, {end}, mode {event.mode:o}{kept}" if event.exists else "a new file"
    commit = f"; commit {event.commit[:12]}" if event.commit else ""
    dirty = f", {counted(len(event.dirty), 'uncommitted file')}" if event.dirty else ""
    return f"target   {one_line(event.path)}: {file}{commit}{dirty}"


@describe.register
def _(event: events.StageStarted) -> str:
    return f"stage    {event.stage}"


@describe.register
def _(event: events.ObservationsReady) -> str:
    derived = sum(map(bool, event.origins))
    pairs = f", {derived} of them from pairs" if derived else ""
    return f"observe  {counted(len(event.observations), 'observation')}{pairs}"


@describe.register
def _(event: events.PlanReady) -> str:
    return (
        f"plan     {event.candidate}  {event.approach}{'' if event.distinct else '  (repeats another plan)'}"
    )


@describe.register
def _(event: events.Perturbed) -> str:
    return f"vary     {event.candidate}  {event.name}"


@describe.register
def _(event: events.CandidateReady) -> str:
    size = f"{counted(len(event.code.splitlines()), 'line')}, {counted(event.tokens, 'token')}"
    if event.thinking_tokens:
        size += f" after {counted(event.thinking_tokens, 'token')} of thinking ({event.thinking_end})"
    return f"code     {event.candidate}  {event.error or size}"


@describe.register
def _(event: events.NextStep) -> str:
    labels = f" ({', '.join(event.candidates)})" if event.candidates else ""
    thinking = f", up to {counted(event.thinking, 'token')} of thinking each" if event.thinking else ""
    return f"next     {event.step}{labels}: {event.why}{thinking}"


@describe.register
def _(event: events.BudgetReached) -> str:
    where = f"stage {event.stage}" if event.scope == "stage" else "the problem"
    spent = f"{counted(event.tokens, 'token')}, {event.seconds:.1f} s, {counted(event.rounds, 'round')}"
    return f"budget   {event.limit:,g} {event.unit} of {where} are used up ({spent} so far)"


@describe.register
def _(event: events.RunFinished) -> str:
    spent = f"{event.facts.cpu_seconds:.2f} s CPU, {event.facts.peak_bytes / 1e6:.0f} MB"
    return f"run      {event.candidate}  {event.check}  {event.verdict}  ({spent})"


@describe.register
def _(event: events.FailureFound) -> str:
    source = "as the model says" if event.source == "model" else "as its runs show"
    return f"fails    {_program(event.candidate, event.round)}  {FAILURES[event.failure]}, {source}"


@describe.register
def _(event: events.RepairTried) -> str:
    made = _program(event.candidate, event.round) + (f" from round {event.parent}" if event.parent else "")
    return f"repair   {made}  {event.perspective}, {'kept' if event.kept else 'dropped'}: {event.reason}"


@describe.register
def _(event: events.LensScored) -> str:
    about = "plan of " if event.subject == "plan" else ""
    if event.score is None:
        return f"lens     {about}{event.candidate}  no score: the lens is {event.state}"
    spread = "" if event.spread is None else f" ± {event.spread:.2f}"
    gate = "" if event.state == "open" else f", not used: the lens is {event.state}"
    return f"lens     {about}{event.candidate}  {event.score:.2f}{spread}{gate}"


@describe.register
def _(event: events.TestsWritten) -> str:
    draws = f" in {counted(event.draws, 'draw')}" if event.draws else ""
    return f"tests    {counted(len(event.tests), 'test')} written{draws}{_left_out(event.dropped)}"


@describe.register
def _(event: events.TestsRun) -> str:
    passed = f"passes {len(event.passed)} of {counted(event.tests, 'written test')}"
    return f"tests    {_program(event.candidate, event.round)}  {passed}"


@describe.register
def _(event: events.InputsWritten) -> str:
    why = f": {event.why}" if event.why else ""
    inputs = counted(len(event.inputs), "further input")
    return f"inputs   {inputs} from a written program{why}{_left_out(event.dropped)}"


@describe.register
def _(event: events.SplitJudged) -> str:
    written = f"; {counted(event.written, 'input')} written to tell them apart" if event.written else ""
    return f"judge    {event.why}{written}{_left_out(event.dropped)}"


@describe.register
def _(event: events.AgreementFound) -> str:
    if not event.inputs:
        return "agree    nothing to compare: none ends well on a further input"
    together = " | ".join(" ".join(cluster) for cluster in event.clusters)
    return f"agree    {together}  (same outputs on {counted(event.inputs, 'further input')} stand together)"


@describe.register
def _(event: events.Usage) -> str:
    reused = f" ({event.tokens_reused} reused)" if event.tokens_reused else ""
    read = f"{event.tokens_in} tokens read{reused}"
    return f"         {event.stage}: {read}, {event.tokens_out} written, {event.seconds:.1f} s"


@describe.register
def _(event: events.Chosen) -> str:
    why = "".join(f"\n         {reason.text}" for reason in event.reasons)
    if event.tied:
        why += f"\n         a tie with {', '.join(event.tied)}: the first is taken"
    if event.probability is not None:
        why += f"\n         {event.state}: {event.probability:.0%} of recorded choices like this were right"
    return f"chosen   {event.candidate}, {event.grade}: {event.passed} of {event.samples} samples{why}"


@describe.register
def _(event: events.SubsetTested) -> str:
    part = f"{_program(event.candidate, event.round)}, {_hunks(event.hunks) or 'no hunk'}"
    if event.state:
        return f"part     {part}  untested: {event.state}"
    return f"part     {part}  passes {event.passed} of {counted(event.samples, 'sample')}"


@describe.register
def _(event: events.Applied) -> str:
    part = f", {_hunks(event.hunks)}" if event.hunks else ""
    return f"written  {one_line(event.path)}{part}  (`atlas-tui undo {event.entry}` takes it back)"


@describe.register
def _(event: events.Undone) -> str:
    return f"undone   {one_line(event.path)}  (`atlas-tui redo {event.entry}` writes it again)"


@describe.register
def _(event: events.Redone) -> str:
    return f"redone   {one_line(event.path)}"


@describe.register
def _(event: events.Committed) -> str:
    branch = f" on {event.branch}" if event.branch else ""
    said = "".join(f"\n         {line}" for line in event.output.splitlines())
    return f"commit   {event.commit[:12]}{branch}  {one_line(event.path)}{said}"


@describe.register
def _(event: events.Cancelled) -> str:
    return f"cancelled in stage {event.stage}"


@describe.register
def _(event: events.CandidateStopped) -> str:
    return f"stopped  {event.candidate}"


@describe.register
def _(event: events.GoneOn) -> str:
    wanted = f"the repair of {event.candidate}" if event.step == "repair" else "more candidates"
    return f"goes on  {wanted}, model {event.model}, isolation {event.isolation}"


@describe.register
def _(event: events.Preferred) -> str:
    if not event.candidate:
        return "prefers  none any more"
    over = f", where {_program(event.over, event.over_round)} was chosen" if event.over else ""
    return f"prefers  {_program(event.candidate, event.round)}{over}"


@describe.register
def _(event: events.Failed) -> str:
    return "failed   " + " — ".join(part for part in (event.what, event.why, event.todo) if part)


@describe.register
def _(event: events.RunEnded) -> str:
    return f"ended    {event.outcome} after {event.seconds:.1f} s"


def _program(candidate: str, number: int) -> str:
    return f"{candidate} round {number}" if number else candidate


def _hunks(numbers: Sequence[int]) -> str:
    if not numbers:
        return ""
    return f"hunk{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _left_out(dropped: Sequence[events.Dropped]) -> str:
    left_out = [f"{each.number:,} {each.why}" for each in dropped if each.number]
    # What is none is a reason why there is nothing.
    why = "".join(f": {each.why}" for each in dropped if not each.number)
    return why + ("; left out: " + ", ".join(left_out) if left_out else "")


def counted(number: int, noun: str) -> str:
    """``1 line``, ``1,200 lines``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
