"""A report or a comparison as text, in each form that a person may ask for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atlas_tui.bench.document import Block
    from atlas_tui.bench.figures import Study
    from atlas_tui.bench.sections import Price


class Form(StrEnum):
    """How a report is written."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


ENDS = {".md": Form.MARKDOWN, ".html": Form.HTML, ".json": Form.JSON}
"""What a report is written as, by the end of the file's name."""


def report(
    study: Study, form: Form, price: Price | None = None, cutoff: str = "", *, columns: int = 0
) -> str:
    """The report of a run. ``cutoff`` is the date at which the model's training data ends; ``columns`` is the
    width of the terminal, 0 the usual one."""
    from atlas_tui.bench import sections

    if form is Form.JSON:
        from atlas_tui.bench.as_json import as_json

        return json.dumps(as_json(study, price, cutoff), ensure_ascii=False, indent=1) + "\n"
    return drawn(sections.blocks(study, price, cutoff), form, columns=columns)


def drawn(blocks: Iterable[Block], form: Form, *, columns: int = 0) -> str:
    """Blocks as text; they have no JSON form.

    In the terminal form names and errors stand as they are recorded: who prints it makes them harmless.
    """
    match form:
        case Form.MARKDOWN:
            from atlas_tui.bench.as_markdown import markdown

            return markdown(blocks)
        case Form.HTML:
            from atlas_tui.bench.as_html import html

            return html(blocks)
        case Form.TERMINAL:
            from atlas_tui.bench.as_terminal import WIDTH, terminal

            return terminal(blocks, columns or WIDTH)
        case Form.JSON:
            raise ValueError("a report alone has a JSON form")
