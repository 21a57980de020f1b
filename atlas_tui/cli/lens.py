"""``atlas-tui lens``: a learned score of candidates, and whether it has earned a part in the choice."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlas_tui import paths
from atlas_tui.cli import lens_words as words
from atlas_tui.cli.lens_data import count, data, open_labels
from atlas_tui.cli.plain import plain
from atlas_tui.errors import InputError, Refused

if TYPE_CHECKING:
    from atlas_tui.bench.labels import Found
    from atlas_tui.lens.evaluation import Tell
    from atlas_tui.lens.model import Lens
    from atlas_tui.lens.standing import Standing
    from atlas_tui.store import Labels

lens = typer.Typer(
    help="The learned score of candidates: its data, its training, its gate.", no_args_is_help=True
)
lens.add_typer(data, name="data")

_JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Model = Annotated[str, typer.Option(help="Beginning of the model's fingerprint; else that with most labels.")]


@lens.command("status")
def status(as_json: _JSON = False) -> None:
    """Every lens there is or could be: untrained, closed or open, with its numbers and what decided.

    Rates and gains in the JSON are shares between 0 and 1; what is not known is null.
    """
    from atlas_tui.lens.teaching import standings

    found = standings(open_labels(), paths.lens_dir())
    if as_json:
        sys.stdout.write(json.dumps([each.as_json() for each in found]) + "\n")
        return
    if not found:
        sys.stdout.write("untrained: there are no labels with an embedding yet\n")
    for each in found:
        sys.stdout.write(plain("\n".join(words.standing(each))) + "\n")


@lens.command("train")
def train(
    model: Model = "",
    go_on: Annotated[
        bool,
        typer.Option("--go-on", help="From the last weights, where what is new looks like what was learned."),
    ] = False,
) -> None:
    """Train on all labels of a model, and decide about the gate.

    Exit codes: 0 done, whatever the gate; 5 there is too little to learn from; 70 our fault; 130 cancelled.
    """
    from atlas_tui.lens import teaching

    labels = open_labels()
    standing = _standing(labels, model)
    started = time.monotonic()
    learned = teaching.train(labels, paths.lens_dir(), standing.identity, tell=_progress(), go_on=go_on)
    if learned.lens is None:
        todo = "collect more labels: runs, `atlas-tui lens import-bench`"
        raise Refused("The lens is not trained", learned.checked.why.rstrip("."), todo)
    how = f"{time.monotonic() - started:.1f} s, {learned.lens.report['how']}"
    took = f"trained in {how}: {learned.checked.why}"
    sys.stdout.write(plain(f"{took}\n{words.gate(learned.gate)}") + "\n")


def _progress() -> Tell:
    """On one line of a terminal; in a file, a line for each fold."""
    live, told = sys.stderr.isatty(), set[int]()

    def tell(fold: int, of: int, epoch: Any) -> None:
        if live:
            end = "\n" if fold == of and epoch.number == epoch.of else ""
            line = f"fold {fold} of {of}, epoch {epoch.number} of at most {epoch.of}, loss {epoch.loss:.3f}"
            sys.stderr.write(f"\r\x1b[K{line}{end}")
        elif fold not in told:
            told.add(fold)
            sys.stderr.write(f"fold {fold} of {of}\n")
        sys.stderr.flush()

    return tell


@lens.command("eval")
def evaluate(
    model: Model = "",
    bench: Annotated[
        Path | None,
        typer.Option(help="Measure it on this run of the bench, whose problems it must not have seen."),
    ] = None,
    held_out: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="With --bench: only on the share that import-bench left out."),
    ] = 0.0,
    as_json: _JSON = False,
) -> None:
    """The numbers of a lens, each from problems that the fields which scored them did not see.

    Exit codes: 0 done; 2 bad input; 5 refused: there is no lens, or it was trained on these problems; 70 our
    fault.
    """
    labels = open_labels()
    standing = _standing(labels, model)
    if not standing.report:
        raise Refused("There are no numbers", standing.gate.why.rstrip("."), "train it: atlas-tui lens train")
    if bench is None:
        report, lines = standing.report, words.evaluation(standing.report)
    else:
        report = _on_bench(standing, bench, held_out)
        lines = words.selection("lens", report)
    if as_json:
        sys.stdout.write(json.dumps(words.without_nan(report)) + "\n")
    else:
        sys.stdout.write(plain("\n".join([*words.standing(standing), *lines])) + "\n")


def _on_bench(standing: Standing, bench: Path, held_out: float) -> dict[str, object]:
    from atlas_tui.bench.folder import RunFolder
    from atlas_tui.bench.labels import apart, labels_of
    from atlas_tui.lens.teaching import judge

    found = labels_of(RunFolder.open(bench.expanduser()))
    _tell(found)
    kept = [label for label in found.labels if not held_out or apart(label.problem) < held_out]
    return judge(_lens(standing), kept).as_json()


def _lens(standing: Standing) -> Lens:
    from atlas_tui.lens import weights

    return weights.load(standing.path, standing.identity)


@lens.command("import-bench")
def import_bench(
    run: Annotated[Path, typer.Argument(help="Folder of a run.", show_default=False)],
    held_out: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Share of the problems to leave out, always the same ones."),
    ] = 0.0,
    any_set: Annotated[
        bool, typer.Option("--any-set", help="Also a public set; later results on it are worth nothing.")
    ] = False,
) -> None:
    """Take in what the scoring tests of a run of the bench say about its programs.

    Exit codes: 0 done; 2 the folder is no run; 5 refused: it is a run on a public set; 70 our fault.
    """
    from atlas_tui.bench.folder import RunFolder
    from atlas_tui.bench.labels import labels_to_learn

    found = labels_to_learn(RunFolder.open(run.expanduser()), held_out=held_out, any_set=any_set)
    _tell(found)
    fresh = open_labels().append(found.labels)
    apart = f", {len(found.held_out)} problems left out" if held_out else ""
    sys.stderr.write(f"{count(len(found.labels))} in the run, {fresh} new{apart}\n")


def _tell(found: Found) -> None:
    for sentence in found.told:
        sys.stderr.write(plain(sentence) + "\n")


def _standing(labels: Labels, model: str) -> Standing:
    """Raises: Refused: there is nothing; InputError: nothing of this model."""
    from atlas_tui.lens.teaching import standings

    found = standings(labels, paths.lens_dir())
    if not found:
        todo = "collect some: runs, `atlas-tui lens import-bench`"
        raise Refused("There is no lens", "there are no labels with an embedding yet", todo)
    for each in found:
        if each.identity.model.startswith(model):
            return each
    known = ", ".join(sorted({each.identity.model[:12] for each in found}))
    raise InputError(f"There is nothing of a model {model!r}", "", f"choose from {known}")
