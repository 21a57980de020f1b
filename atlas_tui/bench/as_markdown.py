"""A report as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from atlas_tui.bench.document import Block, Chart, Heading, Paragraph, Points, Scatter, Table, one_line


def markdown(blocks: Iterable[Block]) -> str:
    """The blocks as one text; pictures are left out, for their numbers stand in the tables."""
    parts = [_block(block) for block in blocks if not isinstance(block, Chart | Scatter)]
    return "\n\n".join(parts) + "\n"


def _block(block: Heading | Paragraph | Points | Table) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {_plain(text)}"
        case Paragraph(text):
            return _plain(text)
        case Points(items):
            return "\n".join(f"- {_plain(item)}" for item in items)
        case Table(head, rows):
            lines = (head, ("---",) * len(head), *rows)
            return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _plain(text: str) -> str:
    """One line that Markdown shows as it is: names of sets and models come from outside."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#" else sign for sign in one_line(text))


def _cell(text: str) -> str:
    return text if text == "---" else _plain(text).replace("|", "\\|")
