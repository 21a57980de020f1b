"""Tables as text."""

from export.csv_text import csv_text
from export.json_lines import json_lines
from export.markdown import markdown

EXPORTERS = {"csv": csv_text, "jsonl": json_lines, "md": markdown}


def export(table, name):
    """Raises KeyError where no exporter has that name."""
    return EXPORTERS[name](table)
