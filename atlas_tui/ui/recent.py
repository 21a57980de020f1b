"""What can be brought back into the editor: texts that were not run, then the problems of earlier runs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atlas_tui.ui.context_files import without_files
from atlas_tui.ui.drafts import Draft
from atlas_tui.ui.repository import asked_in
from atlas_tui.ui.run_how import How

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.store import Store

MOST = 50
LOOKED_AT = 200
"""Sessions that are looked at, newest first: many may be of one problem."""
_UNITS = ((86_400 * 2, 86_400, "days"), (3_600 * 2, 3_600, "h"), (60, 60, "min"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """One text."""

    title: str
    what: str
    """Whether it was run, in a word or two."""
    draft: Draft
    """Its text, and its samples where they were changed; its ``file`` where it is a draft on disk."""


def earlier(store: Store, drafts: Iterable[Draft]) -> tuple[Earlier, ...]:
    """Every text once, drafts first, then by time, newest first. Raises: StoreError."""
    found = [Earlier(title=title_of(each.text), what="not run", draft=each) for each in drafts]
    seen = {each.draft.text.strip() for each in found}
    for summary in store.sessions()[:LOOKED_AT]:
        if len(found) >= MOST:
            break
        problem = store.problem(summary.id)
        if problem is None:
            continue
        draft = draft_of(problem, summary.started)
        if draft.text.strip() in seen:
            continue
        seen.add(draft.text.strip())
        what = summary.grade or summary.outcome or "cut off"
        found.append(Earlier(title=title_of(draft.text), what=what, draft=draft))
    return tuple(found)


def draft_of(problem: Problem, at: float = 0.0) -> Draft:
    """The text a problem was read from, without the files it mentions: they are read again as they are."""
    text = without_files(problem.statement)
    if problem.project is not None:
        return Draft(text=text, source=problem.source, at=at, change=asked_in(problem.project))
    how = How(mode=problem.mode, entry_point=problem.entry_point)
    return Draft(text=text, source=problem.source, at=at, mode=problem.mode, samples=problem.samples, how=how)


def title_of(text: str) -> str:
    """The first line that says anything."""
    lines = (line.lstrip("#").strip() for line in text.splitlines())
    return next((line for line in lines if line), "")


def ago(at: float, now: float | None = None) -> str:
    """How long ago: ``just now``, ``12 min ago``, ``3 days ago``."""
    passed = (time.time() if now is None else now) - at
    for least, unit, name in _UNITS:
        if passed >= least:
            return f"{passed // unit:.0f} {name} ago"
    return "just now"
