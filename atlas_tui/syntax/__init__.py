"""Code out of a model's reply, syntax faults, definitions and normal form; all of it with tree-sitter.

Nothing here compiles, imports or runs what it reads, and nothing raises on any text.
"""

from __future__ import annotations

from atlas_tui.syntax.check import SyntaxFault, check
from atlas_tui.syntax.definitions import definition_span, definitions
from atlas_tui.syntax.extract import Extracted, extract
from atlas_tui.syntax.normal import normal_form

__all__ = [
    "Extracted",
    "SyntaxFault",
    "check",
    "definition_span",
    "definitions",
    "extract",
    "normal_form",
]
