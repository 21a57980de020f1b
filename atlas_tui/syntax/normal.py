"""One form for all programs that differ only in comments, docstrings, blank lines and formatting."""

from __future__ import annotations

import re

from tree_sitter import Node

from atlas_tui.syntax import tree

_SKIPPED = ("comment", "line_continuation", ";")
_BLOCKS = ("module", "block")
_CLOSERS = (")", "]", "}")
_PLAIN_STRING = re.compile(r"([bBrRuU]{0,2})'([^'\"\\\n]*)'")


def normal_form(code: str) -> str:
    """``code`` as one token after another, one statement a line; equal for "the same program".

    Names and literals stay as they are. Text with syntax faults, or beyond the size limit, is only
    stripped of blank lines and trailing spaces, so that nothing that differs becomes equal.
    """
    source = tree.encode(code.removeprefix("\ufeff"))
    parsed = tree.parse(source) if len(code) <= tree.MAX_CHARS else None
    if parsed is None or parsed.root_node.has_error:
        return "\n".join(line.rstrip() for line in code.splitlines() if line.strip())
    writer = _Writer(source)
    writer.write(parsed.root_node)
    return "\n".join(line for line in writer.lines if line.strip())


class _Writer:
    """Writes a tree without recursion. On its stack: a node to write, or a change of depth."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.lines: list[str] = []
        self.depth = 0

    def write(self, root: Node) -> None:
        stack: list[Node | int] = [root]
        while stack:
            node = stack.pop()
            if isinstance(node, int):
                self.depth += node
                self.lines.append(" " * self.depth)
            elif node.type in _BLOCKS:
                stack.extend(reversed(self._block(node)))
            elif node.type == "string" or node.child_count == 0:
                self._token(node)
            else:
                stack.extend(reversed(_children(node)))

    def _block(self, block: Node) -> list[Node | int]:
        statements = _children(block)
        if statements and _is_docstring(statements[0]):
            statements = statements[1:]
        change = 0 if block.type == "module" else 1
        inside: list[Node | int] = [change] if change else []
        for statement in statements:
            inside.extend((0, statement))
        return [*inside, -change]

    def _token(self, node: Node) -> None:
        word = tree.text(node, self.source)
        if node.type == "string":
            word = _one_quote(word)
        self.lines[-1] += word if self.lines[-1].isspace() or not self.lines[-1] else f" {word}"


def _children(node: Node) -> list[Node]:
    """The children that mean something: no comments, no comma that could as well be left out."""
    children = [child for child in node.children if child.type not in _SKIPPED]
    if len(children) > 2 and children[-2].type == "," and children[-1].type in _CLOSERS:
        one = sum(child.type == "," for child in children) == 1
        if not (one and node.type in ("tuple", "tuple_pattern", "subscript")):
            del children[-2]
    return children


def _is_docstring(statement: Node) -> bool:
    return statement.type == "expression_statement" and all(
        child.type in ("string", "concatenated_string")
        and not any(part.type == "interpolation" for part in tree.walk(child))
        for child in statement.named_children
    )


def _one_quote(word: str) -> str:
    plain = _PLAIN_STRING.fullmatch(word)
    return f'{plain[1]}"{plain[2]}"' if plain else word
