"""Named conditions: which parts of the method a problem is solved with.

The arms A to E are always there. A TOML file names more, as changes to the settings of the solver:

    again = "B"                # run twice with other draws

    [conditions.B-hot]
    title = "three candidates, hotter"
    arm = "B"
    temperature = 1.0

    [conditions.C-lens]
    title = "C with the lens"
    arm = "C"
    lens = true                # off where it is not said

One condition is always run twice, so that every report can tell what is noise. Where nobody says which, it is
the first that draws several candidates.
"""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from atlas_tui.bench.records import Recipe
from atlas_tui.errors import InputError
from atlas_tui.settings import Settings, SettingsError, SolverSettings, with_value
from atlas_tui.solver.arms import switches

AGAIN = "again"
"""What the name of a repeated condition ends with, after a space."""
TITLES = {
    "A": "one plain sample",
    "B": "three candidates, samples",
    "C": "B and agreement",
    "D": "B, self-tests, more candidates, repair",
    "E": "everything",
}
_LONGEST_NAME = 40
_TIMELESS = {"most_seconds": 0.0, "stage_seconds": 0.0}
"""Seconds do not end anything where a condition does not say so: with many problems on one engine they would
depend on what else runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One way of solving every problem of a set."""

    name: str
    title: str
    settings: SolverSettings
    again: str = ""
    """The condition that this one repeats with other draws; empty for one that repeats none."""
    lens: bool = False
    """Whether the learned score looks at its candidates; its gate decides about more."""

    def seed(self, run_seed: int, task: str) -> int:
        """The seed of one problem: the same under all conditions, but for a repeated one."""
        place = f"{run_seed}/{AGAIN}/{task}" if self.again else f"{run_seed}/{task}"
        return zlib.crc32(place.encode("utf-8", "surrogatepass")) % ((1 << 31) - 1) + 1

    @property
    def recipe(self) -> Recipe:
        """Everything a reader needs to run it again."""
        return Recipe(
            name=self.name,
            title=self.title,
            settings=self.settings.model_dump(mode="json"),
            again=bool(self.again),
            of=self.again,
        )


def choose(
    names: str, base: SolverSettings, file: Path | None = None, again: str = "", *, lens: bool = False
) -> list[Condition]:
    """The conditions of ``names`` (such as ``A,B,E``; empty takes all), and one of them once more, after it.

    ``base`` is what the person's settings say of everything that a condition does not. Its limits of seconds
    hold only where a condition gives them. ``lens`` lets the lens look at the candidates of all of them.

    Raises:
        InputError: no condition is called so, or the file cannot be used.
    """
    base = base.model_copy(update={**_TIMELESS, "seed": 0})
    known = {
        name: Condition(name=name, title=title, settings=base.model_copy(update={"arm": name}))
        for name, title in TITLES.items()
    }
    written = _read(file) if file is not None else {}
    rows = written.get("conditions", {})
    if not isinstance(rows, dict):
        raise _unusable(file, "conditions is no table")
    for name, row in rows.items():
        known[_new_name(name, known, file)] = _condition(name, row, base, file)
    wanted = [name.strip() for name in names.split(",") if name.strip()] or list(known)
    chosen = [_known(name, known) for name in dict.fromkeys(wanted)]
    chosen = [replace(one, lens=one.lens or lens) for one in chosen]
    named = again or str(written.get("again", ""))
    repeated = _known(named, {one.name: one for one in chosen}) if named else _first_of_several(chosen)
    once_more = Condition(
        name=f"{repeated.name} {AGAIN}",
        title=f"{repeated.name} with other draws",
        settings=repeated.settings,
        again=repeated.name,
        lens=repeated.lens,
    )
    place = chosen.index(repeated) + 1
    return [*chosen[:place], once_more, *chosen[place:]]


def _first_of_several(chosen: list[Condition]) -> Condition:
    return next((one for one in chosen if switches(one.settings).candidates > 1), chosen[0])


def _known(name: str, known: Mapping[str, Condition]) -> Condition:
    if name not in known:
        raise InputError(f"No condition is called {name!r}", "", f"take some of {', '.join(known)}")
    return known[name]


def _new_name(name: str, known: Mapping[str, Condition], file: Path | None) -> str:
    if name in known:
        raise _unusable(file, f"{name} is an arm of the method already; name the condition otherwise")
    plain = name.isprintable() and not set(name) & set(",/\\") and name == name.strip()
    if not name or not plain or len(name) > _LONGEST_NAME or name.endswith(f" {AGAIN}"):
        raise _unusable(file, f"a condition cannot be called {name!r}")
    return name


def _condition(name: str, row: Any, base: SolverSettings, file: Path | None) -> Condition:
    """What one table of the file says."""
    if not isinstance(row, dict):
        raise _unusable(file, f"{name} is no table")
    if "seed" in row:
        raise _unusable(file, f"{name} sets seed, and all conditions draw with the same seeds")
    found = Settings.model_construct(solver=base)
    for key, value in row.items():
        if key not in ("title", "lens"):
            try:
                found = with_value(found, "solver", key, value)
            except SettingsError as error:
                raise _unusable(file, f"{name}: {error}") from error
    title, lens = row.get("title", ""), row.get("lens", False)
    if not isinstance(title, str):
        raise _unusable(file, f"the title of {name} is no text")
    if not isinstance(lens, bool):
        raise _unusable(file, f"lens of {name} is neither true nor false")
    return Condition(name=name, title=title or name, settings=found.solver, lens=lens)


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            found = tomllib.load(opened)
    except OSError as error:
        raise InputError(f"{file} cannot be read", error.strerror or "", "name a file that exists") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unusable(file, f"it is not valid TOML: {error}") from error
    if unknown := found.keys() - {"again", "conditions"}:
        raise _unusable(file, f"{min(unknown)!r} is unknown; it takes again and [conditions.NAME]")
    return found


def _unusable(file: Path | None, why: str) -> InputError:
    return InputError(f"{file} cannot be used", why, "correct the file of conditions")
