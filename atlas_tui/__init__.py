"""Atlas TUI: three candidates from one frozen local model, evidence about each, and a reviewed change."""

__version__ = "0.1.0"
