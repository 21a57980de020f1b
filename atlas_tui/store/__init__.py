"""What is kept between starts: every session as its event log, in one SQLite file."""

from atlas_tui.store.ids import new_session_id
from atlas_tui.store.store import Store, StoreError
from atlas_tui.store.summary import SessionSummary

__all__ = ["SessionSummary", "Store", "StoreError", "new_session_id"]
