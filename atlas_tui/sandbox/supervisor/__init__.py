"""The process that owns all runs: ``python -m atlas_tui.sandbox.supervisor``. Standard library only."""
