"""Code out of a model's reply, syntax faults, definitions and normal form; all of it with tree-sitter.

Nothing here compiles, imports or runs what it reads, and nothing raises on any text.
"""

from __future__ import annotations

from atlas_tui.syntax.check import SyntaxFault, check
from atlas_tui.syntax.definitions import (
    definition_roles,
    definition_span,
    definition_spans,
    definitions,
)
from atlas_tui.syntax.extract import Extracted, extract
from atlas_tui.syntax.normal import normal_form
from atlas_tui.syntax.strings import lines_in_strings

__all__ = [
    "Extracted",
    "SyntaxFault",
    "check",
    "definition_roles",
    "definition_span",
    "definition_spans",
    "definitions",
    "extract",
    "lines_in_strings",
    "normal_form",
]
