"""What the run screen can do while it shows a recording."""

from __future__ import annotations

from atlas_tui.ui.desk import Desk


class ReplayKeys:
    """Mixed into the run screen."""

    desk: Desk

    def action_replay_faster(self) -> None:
        """The next speed; after the last one the end."""
        if self.desk.archive.player is not None:
            self.desk.archive.player.faster()
            self.desk.changed()
