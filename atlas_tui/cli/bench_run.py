"""``atlas-tui bench run``: problems under conditions, each result kept as soon as it is there."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlas_tui.cli import exits
from atlas_tui.cli.plain import plain
from atlas_tui.errors import InputError

if TYPE_CHECKING:
    from atlas_tui.bench.begin import Asked
    from atlas_tui.bench.folder import RunFolder
    from atlas_tui.bench.progress import Message
    from atlas_tui.bench.runner import Runner
    from atlas_tui.settings import Settings


class Kind(StrEnum):
    """Where the model is."""

    LOCAL = "local"
    REMOTE = "remote"


Set = Annotated[
    str,
    typer.Argument(metavar="SET", help="A name of `bench sets`, name:PATH, or a path.", show_default=False),
]
Conditions = Annotated[str, typer.Option(help="Names with commas, such as A,B,E; empty takes all.")]
File = Annotated[Path | None, typer.Option(help="TOML file with further conditions.")]
Out = Annotated[Path | None, typer.Option(help="Folder of the run; one that is there goes on.")]
Where = Annotated[
    Kind | None, typer.Option("--engine", help="Empty goes by the settings.", show_default=False)
]
Url = Annotated[str, typer.Option(help="Address of an OpenAI-compatible server, with --engine remote.")]
Model = Annotated[str, typer.Option(help="A GGUF file or a name; with a server, the model's name there.")]
InFlight = Annotated[int, typer.Option(min=1, max=256, help="Problems that the model works on at once.")]
Part = Annotated[str, typer.Option(help="1/4 does the first of four parts; `bench merge` joins them.")]
Limit = Annotated[int, typer.Option(min=0, help="The first so many problems; 0 takes all.")]
Seed = Annotated[int, typer.Option(min=1, help="Of the whole run; each problem has its own from it.")]
Options = Annotated[list[str], typer.Option("--option", help="k=v of the set; may be repeated.")]
Again = Annotated[str, typer.Option(help="The condition that is run twice; empty: the first with several.")]
Failed = Annotated[bool, typer.Option("--failed", help="Run what failed before once more.")]
Lens = Annotated[bool, typer.Option("--lens", help="All conditions use the trained lens.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print each record as one JSON object a line.")]


def run(
    problems: Set,
    conditions: Conditions = "",
    conditions_file: File = None,
    out: Out = None,
    engine: Where = None,
    base_url: Url = "",
    model: Model = "",
    in_flight: InFlight = 16,
    shard: Part = "",
    limit: Limit = 0,
    seed: Seed = 1,
    option: Options = [],  # noqa: B006  (typer copies it)
    again: Again = "",
    lens: Lens = False,
    failed: Failed = False,
    as_json: AsJson = False,
) -> None:
    """Run a set of problems under conditions. The same command goes on where it stopped, also after a kill.

    Exit codes: 0 done; 2 bad input; 5 refused: other settings than before, in use, or a lens that knows the
    problems; 70 our fault; 130 cancelled, what is done stays.
    """
    from atlas_tui.bench import conditions as named
    from atlas_tui.bench.begin import Asked, Shard

    settings = _settings(engine, base_url, model, in_flight)
    options, part = _options(option, limit), Shard.parse(shard)
    asked = Asked(
        conditions=named.choose(conditions, settings.solver, conditions_file, again, lens=lens),
        problems=_load(problems, options),
        options=options,
        settings=settings,
        seed=seed,
        in_flight=in_flight,
        shard=part,
        again=failed,
    )
    sys.exit(asyncio.run(_run(asked, out.expanduser() if out else None, as_json)))


def _settings(engine: Kind | None, base_url: str, model: str, in_flight: int) -> Settings:
    """Raises: InputError: they contradict each other, or cannot be used."""
    from atlas_tui import settings

    remote = engine is Kind.REMOTE or bool(base_url and engine is None)
    if base_url and not remote:
        raise InputError("--base-url is of no use", "--engine local asks for a file", "leave one of them out")
    flags: dict[str, dict[str, Any]] = {}
    if remote:
        flags["remote"] = {key: value for key, value in (("base_url", base_url), ("model", model)) if value}
    elif model:
        flags["model"] = {"path": model}
    found = settings.load(flags)
    if engine is Kind.LOCAL or (model and not remote):
        found = settings.with_value(found, "remote", "base_url", "")
    if remote and not found.remote.base_url:
        raise InputError("It is not known which server is meant", "", "add --base-url URL")
    if found.remote.base_url and found.remote.in_flight < in_flight:
        # Otherwise problems would wait for each other, not for the server.
        found = settings.with_value(found, "remote", "in_flight", in_flight)
    return found


def _options(pairs: list[str], limit: int) -> dict[str, str]:
    found = {"limit": str(limit)} if limit else {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise InputError(f"{pair!r} is no option of a set", "", "write --option name=value")
        found[key] = value
    return found


def _load(spec: str, options: dict[str, str]) -> Any:
    from atlas_tui.bench import sets

    problems = sets.load(spec, options, lambda text: _say(text))
    for one in problems.skipped:
        _say(f"left out: {one.place}: {one.why}")
    counts = f"{len(problems.tasks)} problems, {len(problems.skipped)} left out"
    _say(f"{problems.name} {problems.version}: {counts}")
    return problems


async def _run(asked: Asked, out: Path | None, as_json: bool) -> int:
    from atlas_tui.bench.begin import opened
    from atlas_tui.cli.bench_progress import Shown

    shown, stops = Shown(), list[Callable[[], object]]()

    def tell(message: Message) -> None:
        try:
            shown(message)
            if as_json:
                _print_record(message)
        except BrokenPipeError:  # nobody reads any more (`| head`)
            _silence()
            for stop in stops:
                stop()

    async with opened(asked, out, tell) as (runner, folder):
        _say(f"into {folder.path}")
        for sentence in folder.told:
            _say(sentence)
        shown.start()
        try:
            code = await _until_stopped(runner, stops)
        finally:
            shown.close()
    _last_words(folder, code)
    return code


def _silence() -> None:
    """Have what is written to a stream without a reader go nowhere, so that the run can end in order."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


async def _until_stopped(runner: Runner, stops: list[Callable[[], object]]) -> int:
    """Ctrl-C and a kill end the run in order, and so does each of ``stops``, which gets what ends it."""
    work = asyncio.ensure_future(runner.run())
    stops.append(work.cancel)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # under nohup a closed terminal ends nothing
            loop.add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        return exits.CANCELLED
    return exits.DONE


def _print_record(message: Message) -> None:
    from atlas_tui.bench.progress import ProblemEnded
    from atlas_tui.bench.stored import to_json

    if isinstance(message, ProblemEnded):
        sys.stdout.write(to_json(message.record) + "\n")
        sys.stdout.flush()


def _last_words(folder: RunFolder, code: int) -> None:
    if code == exits.CANCELLED:
        _say("stopped; what is done stays, and the same command goes on")
    else:
        _say(f"done; see it with `atlas-tui bench report {folder.path}`")


def _say(text: str) -> None:
    sys.stderr.write(plain(text) + "\n")
