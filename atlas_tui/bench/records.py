"""What a run of the bench writes down: one record for each problem and condition, and a header for all.

Values only; ``folder`` keeps them on disk, ``figures`` counts them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from atlas_tui.events import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One program or answer, and what the scoring tests said of it after the choice."""

    label: str
    """Of the candidate: A, B, C and so on."""
    round: int = 0
    """0 for its first attempt, then the repair round."""
    right: bool | None
    """None where it could not be told; never counted as right."""
    verdict: Verdict | None = None
    why: str = ""
    """Why it is wrong or could not be told."""
    parts: tuple[bool, ...] = ()
    """Of sets that score parts (steps, constraints): each of them."""
    samples: int = 0
    """Samples of the statement that it passed."""
    tokens: int = 0
    """Of the answer and its thinking."""
    chosen: bool = False
    kept: bool | None = None
    """Of a repair: whether it took its parent's place."""
    failure: str = ""
    """Class of its failure on the evidence (``FailureClass``), where it was looked for."""
    lens: float | None = None
    """What the lens told that its chance is to be right, before anything was scored."""
    place: tuple[float, float] | None = None
    """On the map of the lens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCost:
    """What one stage spent on one problem."""

    stage: str
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_reused: int = 0
    seconds: float = 0.0
    """Of the model's work; with many problems in flight it is shared with others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One problem under one condition. It is written whole or not at all."""

    task: str
    condition: str
    seed: int
    kind: str
    platform: str = ""
    difficulty: str = ""
    date: str = ""
    written: tuple[Written, ...] = ()
    """In the order in which they were drawn; repairs after what they repair."""
    first: int = 0
    """How many candidates were drawn at once at the beginning: k."""
    state: str = ""
    """What the evidence came to (``State``); empty where there was no choice."""
    probability: float | None = None
    """What the person would have been told the chance is that the choice is right."""
    by_lens: bool = False
    """The lens picked the submission, among candidates that all before it left tied."""
    grade: str = ""
    samples: int = 0
    """Samples the statement has."""
    steps: tuple[str, ...] = ()
    """Steps of the loop after the first candidates, and why it ended."""
    costs: tuple[StageCost, ...] = ()
    seconds: float = 0.0
    """From begin to choice, without loading the model and without the scoring tests."""
    outcome: str = ""
    """How the run ended (``Outcome``)."""
    failed: str = ""
    """Why there is no answer though one was asked for: a server, the model, our fault. It counts as wrong."""
    tries: int = 1
    started: float = 0.0
    """Seconds since the epoch."""

    @property
    def chosen(self) -> Written | None:
        """The one that is submitted."""
        return next((each for each in self.written if each.chosen), None)

    @property
    def candidates(self) -> tuple[Written, ...]:
        """First attempts, all that were drawn."""
        return tuple(each for each in self.written if each.round == 0)

    @property
    def right(self) -> bool:
        """sel@k of this problem: the one submission is right on all scoring tests."""
        return self.chosen is not None and self.chosen.right is True

    @property
    def tokens(self) -> int:
        """Written by the model, thinking too."""
        return sum(cost.tokens_out for cost in self.costs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """Where a run, or one part of it, was made."""

    host: str
    processor: str
    cores: int
    memory_bytes: int
    gpus: tuple[str, ...] = ()
    isolation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LensUsed:
    """The lens that looked at the candidates of a condition, as it was at the beginning of the run."""

    weights: str
    """SHA-256 of its file."""
    state: str
    """Of its gate: closed, or open; closed, it scores and changes no choice."""
    why: str = ""
    """What the gate rests on, in a sentence."""
    edges: tuple[float, float, float, float] | None = None
    """Left, right, bottom and top of its map; None where it has none."""
    cells: tuple[tuple[float | None, ...], ...] = ()
    """Of the map, rows from the top: the mean energy of what it learned from; None where nothing lay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A condition as it was run, completely: what a reader needs to run it again."""

    name: str
    title: str
    settings: dict[str, object] = field(default_factory=dict)
    """All settings of the solver, by key."""
    again: bool = False
    """The same as another condition, with other draws: what differs between the two is noise."""
    of: str = ""
    """The condition that it repeats."""
    lens: LensUsed | None = None
    """None where no lens looked at anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What makes records comparable: they may stand in one folder only where all of this is equal.

    ``hardware``, ``shard``, ``started`` and ``set_source`` may differ; the rest is the run's identity.
    """

    set: str
    set_version: str
    set_identity: str
    set_source: str
    """Where its files were; on two machines that may be two places, while ``set_identity`` is one."""
    set_rules: str = ""
    set_caveats: tuple[str, ...] = ()
    window: tuple[str, str] = ("", "")
    options: tuple[tuple[str, str], ...] = ()
    """Of the set: dates, errata, how many, and so on."""
    tasks: tuple[str, ...]
    """Ids of the chosen tasks, all shards together, in order."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Place and reason of rows that could not be used."""
    conditions: tuple[Recipe, ...]
    seed: int
    model: str
    model_hash: str
    """Fingerprint of the file; of a server its address, because it tells no more."""
    engine: str
    """``llama.cpp`` with its version, or the server's address."""
    prompts: str
    """Hash over the prompts."""
    version: str
    """Of Atlas TUI."""
    sandbox: str
    """Limits of the sandbox and the interpreter, in words."""
    shard: tuple[int, int] = (1, 1)
    """Which part, of how many."""
    in_flight: int = 1
    """Problems at the same time: batches differ with it, and so do last bits."""
    hardware: tuple[Hardware, ...] = ()
    started: float = 0.0
