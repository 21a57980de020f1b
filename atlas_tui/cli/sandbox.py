"""``atlas-tui sandbox``: run one program as candidates are run, and tell what holds it."""

from __future__ import annotations

import asyncio
import codecs
import dataclasses
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from atlas_tui.cli import exits
from atlas_tui.cli.inputs import load_settings
from atlas_tui.cli.plain import plain
from atlas_tui.errors import InputError
from atlas_tui.events import Verdict
from atlas_tui.problem import Limits, Mode
from atlas_tui.sandbox.base import Job, Policy, Ran, Tier
from atlas_tui.settings import SandboxSettings, Settings

if TYPE_CHECKING:
    from atlas_tui.sandbox.base import Sandbox

MOST_BYTES = 256 << 20
"""More than this of a program, an input or an expected output is not read."""
MOST_RETURNED = 1000
"""Characters of a returned value that are told."""
_COMMAND = "atlas_tui.command"
_FILE = "A program, or - for standard input; after -- a command instead (policy project)."

sandbox = typer.Typer(
    help="Run a program in the sandbox, or tell what isolation there is.", no_args_is_help=True
)


class WithCommand(TyperCommand):
    """A command line whose part after ``--`` is kept as it is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse what stands before ``--``."""
        place = args.index("--") if "--" in args else len(args)
        ctx.meta[_COMMAND] = args[place + 1 :]
        return super().parse_args(ctx, args[:place])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What the output of a run is compared with."""

    given: str
    expected: str | None = None
    """None: it is not compared."""
    checker: str | None = None
    """Source of a checker program."""
    mode: Mode = Mode.PROGRAM
    tolerance: float = 0.0


@sandbox.command("run", cls=WithCommand)
def run(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help=_FILE, show_default=False, metavar="FILE | -- COMMAND")] = "",
    stdin: Annotated[str, typer.Option(help="File given as standard input, or -; empty without.")] = "",
    expect: Annotated[
        str, typer.Option(help="File with the expected output, or returned value (JSON).")
    ] = "",
    lang: Annotated[str, typer.Option(help="Language; else told by the suffix, else Python.")] = "",
    policy: Annotated[Policy, typer.Option(help="What the program may do.")] = Policy.STRICT,
    time: Annotated[float | None, typer.Option(help="Processor time, in seconds.")] = None,
    memory: Annotated[int | None, typer.Option(help="Memory, in MB.")] = None,
    repeat: Annotated[int, typer.Option(help="How often to run it.")] = 1,
    entry: Annotated[str, typer.Option(help="Function or class to call instead of running a program.")] = "",
    arguments: Annotated[str, typer.Option(help="JSON array of its arguments.")] = "",
    checker: Annotated[str, typer.Option(help="Python file with check(given, printed, expected).")] = "",
    tolerance: Annotated[float, typer.Option(help="How far numbers may be from the expected ones.")] = 0.0,
    tree: Annotated[str, typer.Option(help="Folder to run in a private copy of (policy project).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a run.")] = False,
) -> None:
    """Run a program in the sandbox and tell how it ended; with --expect or --checker, whether it is right.

    Exit codes: 0 every run is OK; 2 bad input; 3 some run is not; 5 not run, for want of isolation or of
    the language; 70 our fault; 130 cancelled.
    """
    command = tuple(context.meta[_COMMAND])
    _refuse_contradictions(file, command, policy, tree)
    _refuse_numbers([file, stdin, expect, checker].count("-"), repeat)
    settings = load_settings()
    job = Job(
        source=_source(file, "FILE"), stdin=_content(stdin, "--stdin"), entry_point=entry,
        arguments=_json_array(arguments, entry), language=_language(lang, file), policy=policy,
        limits=_limits(settings.sandbox, time, memory), command=command, tree=_folder(tree),
    )  # fmt: skip
    _refuse_unfit_function(job)
    judging = _judging(job, expect, checker, tolerance)
    sys.exit(asyncio.run(_run(settings, job, judging, repeat, as_json)))


@sandbox.command("probe")
def probe(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Try again what is remembered.")] = False,
) -> None:
    """Try what isolation there is, and tell it; also when there is none."""
    asyncio.run(_probe(load_settings(), as_json, fresh))


async def _probe(settings: Settings, as_json: bool, fresh: bool) -> None:
    from atlas_tui.sandbox import LocalSandbox

    box = LocalSandbox(settings.sandbox)
    try:
        isolation = await box.probe(fresh)
    finally:
        await box.close()
    if as_json:
        sys.stdout.write(json.dumps(dataclasses.asdict(isolation)) + "\n")
        return
    sys.stdout.write(plain(f"isolation          {isolation}") + "\n")
    if isolation.tier is not Tier.NONE:
        sys.stdout.write(plain(f"candidates run on  {isolation.python} ({isolation.python_version})") + "\n")
        when = "earlier, since this machine was started (--fresh tries again)" if isolation.cached else "now"
        sys.stdout.write(plain(f"tried, all failed  {', '.join(isolation.held)}; {when}") + "\n")


# --- from options to a job


def _refuse_contradictions(file: str, command: tuple[str, ...], policy: Policy, tree: str) -> None:
    if bool(file) == bool(command):
        why = (
            "a file and a command after -- were both given"
            if file
            else "neither a file nor a command is given"
        )
        raise InputError("It is not known what to run", why, "give a FILE, or a command after --")
    if policy is not Policy.PROJECT and (command or tree):
        what = "A command" if command else "--tree"
        raise InputError(
            f"{what} cannot be run", "policy strict has one program only", "add --policy project"
        )


def _refuse_numbers(pipes: int, repeat: int) -> None:
    if pipes > 1:
        raise InputError("- is given twice", "standard input can be read once", "name a file for the other")
    if repeat < 1:
        raise InputError(f"--repeat {repeat}", "there is nothing to run", "give 1 or more")


def _content(where: str, option: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``; none where none is named. Raises: InputError."""
    if not where:
        return b""
    try:
        if where == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(where).expanduser().open("rb") as opened:
                content = opened.read(MOST_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        why = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
        raise InputError(f"{option} {where} cannot be read", why, "name a file that exists") from error
    if len(content) > MOST_BYTES:
        raise InputError(
            f"{option} {where} is too large", f"more than {MOST_BYTES >> 20} MB", "give a smaller one"
        )
    return content


def _source(where: str, option: str) -> str:
    """A program; bytes that are not UTF-8 are kept, for the compiler to refuse. Raises: InputError."""
    return _content(where, option).decode("utf-8-sig", "surrogateescape")


def _folder(where: str) -> str:
    """The absolute path of a folder; empty where none is named. Raises: InputError."""
    if not where:
        return ""
    try:
        path = Path(where).expanduser().resolve()
        if path.is_dir():
            return str(path)
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"--tree {where} cannot be read", str(error), "name a folder that exists") from error
    raise InputError(f"--tree {where}", "there is no such folder", "name a folder that exists")


def _language(name: str, file: str) -> str:
    from atlas_tui.sandbox import languages

    try:
        return languages.named(name or languages.of_file(file) or "python").name
    except languages.UnknownLanguage as error:
        raise InputError(f"--lang {name}", str(error), "name one of these, or leave --lang out") from error


def _limits(chosen: SandboxSettings, seconds: float | None, memory: int | None) -> Limits:
    """The limits of the settings, or those given, within what a setting may be. Raises: InputError."""
    seconds = chosen.cpu_seconds if seconds is None else seconds
    memory = chosen.memory_mb if memory is None else memory
    if not 0 < seconds <= 600:
        raise InputError(f"--time {seconds:g}", "a time is above 0 and at most 600 seconds", "give another")
    if not 32 <= memory <= 65536:
        raise InputError(f"--memory {memory}", "a memory is from 32 to 65536 MB", "give another")
    return Limits(
        cpu_seconds=seconds,
        wall_seconds=max(3 * seconds, seconds + 2),
        memory_bytes=memory << 20,
        output_bytes=chosen.output_kb << 10,
    )


def _json_array(text: str, entry: str) -> str:
    if not entry:
        if text:
            raise InputError("--arguments has no function", "there is no --entry", "add --entry NAME")
        return ""
    try:
        if isinstance(json.loads(text or "[]"), list):
            return text or "[]"
        why = "it is another JSON value"
    except (ValueError, RecursionError) as error:
        why = str(error)
    raise InputError("--arguments is not a JSON array", why, "give one like '[1, \"two\"]'")


def _refuse_unfit_function(job: Job) -> None:
    if job.entry_point and job.policy is Policy.PROJECT:
        raise InputError(
            "--entry cannot be called", "functions run under policy strict only", "leave --policy out"
        )
    if job.entry_point and job.language != "python":
        raise InputError(
            "--entry cannot be called", f"it is not Python but {job.language}", "leave --entry out"
        )


def _judging(job: Job, expect: str, checker: str, tolerance: float) -> Judging:
    """How the runs of ``job`` are judged; what cannot be used is told before anything is run.

    Raises:
        InputError: an option that cannot be used.
    """
    from atlas_tui.sandbox.judging import Rule, judge

    judging = Judging(
        given=job.arguments if job.entry_point else job.stdin.decode("utf-8", "replace"),
        expected=_content(expect, "--expect").decode("utf-8", "replace") if expect else None,
        checker=_source(checker, "--checker") if checker else None,
        mode=Mode.FUNCTION if job.entry_point else Mode.PROGRAM,
        tolerance=tolerance,
    )
    if tolerance and (checker or not expect):
        raise InputError(
            "--tolerance has nothing to compare", "it needs --expect and no --checker", "leave it out"
        )
    try:
        rule = Rule(tolerance=tolerance)
    except ValueError as error:
        raise InputError("--tolerance cannot be used", str(error), "give one like 1e-6") from error
    if judging.expected is not None and judging.checker is None:
        try:
            judge(Ran(verdict=Verdict.OK, result="null"), judging.expected, judging.mode, rule)
        except ValueError as error:
            raise InputError(
                f"--expect {expect} cannot be used", str(error), "give one JSON value"
            ) from error
    return judging


# --- runs


async def _run(settings: Settings, job: Job, judging: Judging, repeat: int, as_json: bool) -> int:
    from atlas_tui.sandbox import LocalSandbox

    box = LocalSandbox(settings.sandbox)
    codes = set()
    try:
        tier = str((await box.probe()).tier)
        for number in range(1, repeat + 1):
            ran = await box.run(job)
            verdict, notes = await _judged(box, ran, judging)
            told = _told(ran, verdict, notes, tier)
            text = json.dumps(told) if as_json else plain(_words(told, number if repeat > 1 else 0))
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
            codes.add(_code(ran, verdict))
    finally:
        await box.close()
    return max(codes)


def _code(ran: Ran, verdict: Verdict) -> int:
    """The exit code that one run asks for; the greatest wins."""
    if ran.verdict is Verdict.IE:
        not_run = ran.facts.notes[:1] and ran.facts.notes[0].startswith("not run")
        return exits.REFUSED if not_run else exits.OUR_FAULT
    return exits.DONE if verdict is Verdict.OK else exits.NOT_VERIFIED


async def _judged(box: Sandbox, ran: Ran, judging: Judging) -> tuple[Verdict, list[str]]:
    from atlas_tui.sandbox.checking import check
    from atlas_tui.sandbox.judging import Rule, judge

    notes = [f"returned: {_cut(ran.result)}"] if ran.result is not None else []
    if judging.checker is not None:
        verdict, note = await check(box, judging.checker, judging.given, ran, judging.expected or "")
        return verdict, [*notes, note] if note else notes
    if judging.expected is None:
        return ran.verdict, [*notes, "not judged"]
    return judge(ran, judging.expected, judging.mode, Rule(tolerance=judging.tolerance)), notes


def _cut(text: str) -> str:
    left_out = len(text) - MOST_RETURNED
    return text if left_out <= 0 else f"{text[:MOST_RETURNED]}… ({left_out:,} characters left out)"


def _told(ran: Ran, verdict: Verdict, notes: list[str], tier: str) -> dict[str, Any]:
    """What is known about one run, as ``--json`` prints it."""
    facts = ran.facts
    stdout, good_out = _text(ran.stdout, facts.cut)
    stderr, good_err = _text(ran.stderr, facts.stderr_bytes > len(ran.stderr))
    return {
        "verdict": str(verdict),
        "exit": facts.exit_code,
        "signal": facts.signal,
        "cpu_s": facts.cpu_seconds,
        "wall_s": facts.wall_seconds,
        "peak_mb": round(facts.peak_bytes / (1 << 20), 1),
        "stdout": stdout,
        "stderr": stderr,
        "cut": facts.cut,
        "limit": facts.limit,
        "notes": [*facts.notes, *notes, *([] if good_out and good_err else ["output is not UTF-8"])],
        "tier": facts.tier or tier,
    }


def _text(content: bytes, cut: bool) -> tuple[str, bool]:
    """The text, and whether it is UTF-8; a character that was cut in two at the end is left out."""
    try:
        return codecs.getincrementaldecoder("utf-8")("strict").decode(content, final=not cut), True
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace"), False


def _words(told: dict[str, Any], number: int) -> str:
    """One run for people: a line, then notes and output, indented."""
    facts = [f"{told['cpu_s']:.2f} s CPU", f"{told['wall_s']:.2f} s wall", f"{told['peak_mb']:.0f} MB"]
    if told["limit"]:
        facts.append(f"limit: {told['limit']}")
    if told["cut"]:
        facts.append("output cut")
    lines = [f"{f'run {number}  ' if number else ''}{told['verdict']:4}{_end(told)}, {', '.join(facts)}"]
    lines[0] += f", isolation {told['tier']}"
    lines += [f"  note: {note}" for note in told["notes"]]
    for name in ("stdout", "stderr"):
        if told[name]:
            lines += [f"  {name}:", *(f"    {line}" for line in told[name].rstrip("\n").split("\n"))]
    return "\n".join(lines)


def _end(told: dict[str, Any]) -> str:
    if told["signal"] is not None:
        known = told["signal"] in set(signal.Signals)
        return f"signal {signal.Signals(told['signal']).name if known else told['signal']}"
    return "no exit code" if told["exit"] is None else f"exit code {told['exit']}"
