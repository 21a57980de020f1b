"""The command palette: what the action table allows at this moment."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from atlas_tui.ui import actions
from atlas_tui.ui.actions import Action
from atlas_tui.ui.screens.base import AtlasScreen

HELP_SCORE = 0.01
"""A match in the sentence counts less than any in the title."""


class ActionCommands(Provider):
    """Every possible action of the screen the palette was opened on."""

    async def discover(self) -> Hits:
        for row in self._rows():
            yield DiscoveryHit(_name(row), partial(self._do, row), help=row.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for row in self._rows():
            score = matcher.match(_name(row))
            if not score and query.casefold() in row.help.casefold():
                score = HELP_SCORE
            if score > 0:
                yield Hit(score, matcher.highlight(_name(row)), partial(self._do, row), help=row.help)

    def _rows(self) -> list[Action]:
        screen = self.screen
        if not isinstance(screen, AtlasScreen):
            return []
        rows = screen.desk.keys.rows(actions.possible(screen.desk.now(screen.NAME)))
        return [row for row in rows if row.id not in ("command_palette", "interrupt")]

    async def _do(self, row: Action) -> None:
        target = "app" if row.screens == actions.EVERYWHERE else "screen"
        await self.screen.run_action(f"{target}.{row.call}")


def _name(row: Action) -> str:
    return f"{row.title}  ({row.shown_key})"
