"""Programs in files, each with a header of comments that says how it is run and what must come of it.

The header is the file down to its first blank line; what follows is the program, and it never sees the
header. Each line is ``# key: text`` or ``# key where: text``, where ``where`` names a policy, a tier or both
and the line counts only there; of several the most particular one counts. Lines with the same key and
``where`` are lines of one text. An unknown key is an error. The keys:

======================  ===============================================================================
hostile, benign         What it tries, or what honest programs do that way. The first line.
policy                  ``strict``, ``project`` or both, each a run of its own.
tiers, machine          Only there; without them everywhere.
verdicts                Those allowed, after judging where there is ``expect``.
expect, expect-times    The right output, or the right value as JSON; so many times one after another.
prints                  Standard output to the byte: a JSON string, bytes beyond UTF-8 as surrogates.
prints-none-of          Words that may come out nowhere.
worked: none            The program prints a JSON array of what it managed to do, which has to be empty.
stdin, stdin-times      Standard input; ``{name}`` stands for something on the host.
entry, arguments        Function mode.
limits                  ``cpu`` and ``wall`` in seconds, ``memory`` in MB, ``output`` in kB.
insert                  ``NAME JSON-STRING COUNT``: what NAME stands for in the program.
runs                    So many runs, which must not differ.
beside                  The name of a program that runs at the same time.
gone-within             Seconds after the verdict in which every process must be gone.
======================  ===============================================================================
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox.base import Job, Policy, Tier

_KEYS = {
    *("hostile", "benign", "policy", "tiers", "machine", "limits", "runs", "beside", "gone-within"),
    *("stdin", "stdin-times", "entry", "arguments", "insert"),
    *("verdicts", "expect", "expect-times", "prints", "prints-none-of", "worked"),
}
_PLACES = frozenset([*Policy, *Tier])
_LINE = re.compile(r"# ([a-z-]+)((?: [a-z]+)*):(?: (.*))?")
_UNITS = {
    "cpu": ("cpu_seconds", 1),
    "wall": ("wall_seconds", 1),
    "memory": ("memory_bytes", 1 << 20),
    "output": ("output_bytes", 1 << 10),
}
_HOSTILE = Limits(cpu_seconds=2.0, wall_seconds=10.0, memory_bytes=256 << 20)
_BENIGN = Limits(cpu_seconds=20.0, wall_seconds=60.0)

Header = dict[tuple[str, frozenset[str]], str]


@dataclass(frozen=True, slots=True)
class Program:
    """One file."""

    name: str
    header: Header
    source: str

    def text(self, key: str, *where: str) -> str | None:
        """What the header says under ``key`` in this policy and tier; None when it says nothing."""
        found = [place for name, place in self.header if name == key and place <= set(where)]
        return self.header[key, max(found, key=len)] if found else None

    def number(self, key: str, otherwise: float) -> float:
        said = self.text(key)
        return otherwise if said is None else float(said)

    @property
    def policies(self) -> list[Policy]:
        return [Policy(word) for word in (self.text("policy") or "").split(", ")]

    def verdicts(self, policy: str, tier: str) -> set[Verdict]:
        """Those allowed there."""
        return {Verdict(word) for word in (self.text("verdicts", policy, tier) or "").split()}

    def expected(self, policy: str, tier: str) -> str | None:
        said = self.text("expect", policy, tier)
        return None if said is None else said * int(self.number("expect-times", 1))

    def printed(self) -> bytes | None:
        """Standard output to the byte, where the header says it."""
        said = self.text("prints")
        return None if said is None else str(json.loads(said)).encode("utf-8", "surrogateescape")

    @property
    def limits(self) -> Limits:
        said = dict(word.split("=") for word in (self.text("limits") or "").split())
        chosen = {_UNITS[word][0]: float(value) * _UNITS[word][1] for word, value in said.items()}
        usual = _HOSTILE if self.text("hostile") else _BENIGN
        return Limits(
            cpu_seconds=chosen.get("cpu_seconds", usual.cpu_seconds),
            wall_seconds=chosen.get("wall_seconds", usual.wall_seconds),
            memory_bytes=int(chosen.get("memory_bytes", usual.memory_bytes)),
            output_bytes=int(chosen.get("output_bytes", usual.output_bytes)),
        )

    def job(self, policy: Policy, host: Mapping[str, str]) -> Job:
        """How it is run; ``host`` says what stands for ``{name}`` in its standard input."""
        stdin = self.text("stdin")
        given = "" if stdin is None else stdin + "\n"
        for name, value in host.items():
            given = given.replace(f"{{{name}}}", value)
        source = self.source
        for line in (self.text("insert") or "").splitlines():
            name, rest = line.split(" ", 1)
            text, count = rest.rsplit(" ", 1)
            source = source.replace(name, json.loads(text) * int(count))
        entry = self.text("entry") or ""
        return Job(
            source=source,
            stdin=given.encode() * int(self.number("stdin-times", 1)),
            entry_point=entry,
            arguments=(self.text("arguments") or "[]") if entry else "",
            limits=self.limits,
            policy=policy,
        )


def read(path: Path) -> Program:
    """The program in the file ``path``.

    Raises:
        ValueError: the header is not one.
    """
    head, blank, source = path.read_text(encoding="utf-8").partition("\n\n")
    header: Header = {}
    for line in head.splitlines():
        match = _LINE.fullmatch(line)
        if match is None or match[1] not in _KEYS or not set(match[2].split()) <= _PLACES:
            raise ValueError(f"{path.name}: no line of a header: {line!r}")
        place = (match[1], frozenset(match[2].split()))
        said = match[3] or ""
        header[place] = f"{header[place]}\n{said}" if place in header else said
    program = Program(path.stem, header, source)
    _check(program, path.parent.name, bool(blank))
    return program


def _check(program: Program, kind: str, has_source: bool) -> None:
    wrong = [
        what
        for what, is_wrong in {
            f"the first line must say what is {kind}": next(iter(program.header))[0] != kind,
            "no blank line after the header": not has_source,
            "no verdicts": not all(program.verdicts(one, tier) for one in program.policies for tier in Tier),
            "worked can only be none": program.text("worked", *_PLACES) not in (None, "none"),
        }.items()
        if is_wrong
    ]
    if wrong:
        raise ValueError(f"{program.name}: {', '.join(wrong)}")


def load(folder: Path) -> list[Program]:
    """All programs of ``folder``, by name.

    Raises:
        ValueError: a header is not one.
    """
    return [read(path) for path in sorted(folder.glob("*.py"))]
