"""Syntax faults with line and column, from tree-sitter alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from atlas_tui.syntax import tree

_BLOCKS = ("module", "block")
_OLD_STATEMENTS = {"print_statement": "print", "exec_statement": "exec"}
_OLD_NUMBER = re.compile(r"0[0-9]*[1-9][0-9]*|.*[lL]")
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_EXCERPT = 20


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """The first place where a program is not Python 3."""

    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


def check(code: str) -> SyntaxFault | None:
    """The first syntax fault of ``code``, or None. Never raises; an empty program is a fault too."""
    if len(code) > tree.MAX_CHARS:
        return SyntaxFault(1, 1, f"{len(code):,} characters of code; at most {tree.MAX_CHARS:,} are read")
    source = tree.encode(code.removeprefix("\ufeff"))
    if not source.strip():
        return SyntaxFault(1, 1, "no code")
    zero = source.find(b"\0")
    if zero >= 0:
        return _fault_at(source, zero, "a NUL character")
    parsed = tree.parse(source)
    if parsed is None:
        return SyntaxFault(1, 1, "too tangled to be read")
    return _first_fault(parsed.root_node, source)


def _first_fault(root: Node, source: bytes) -> SyntaxFault | None:
    misplaced: set[int] = set()
    for node in tree.walk(root):
        if node.is_missing:
            return _open_bracket(node, source) or _fault_at(
                source, node.start_byte, f"expected {_quoted(node.type)}"
            )
        if node.is_error:
            return _error_fault(node, source)
        if node.id in misplaced:
            return _fault_at(source, node.start_byte, "unexpected indentation")
        message = _python_3_only(node, source)
        if node.type in _BLOCKS:
            misplaced.update(_misplaced(node))
            if node.type == "block" and not any(map(_is_statement, node.children)):
                message = "expected an indented block"
        if message:
            return _fault_at(source, node.start_byte, message)
    return None


def _error_fault(node: Node, source: bytes) -> SyntaxFault:
    """An ERROR node may cover half the file; the bracket or inner error that caused it says more."""
    opened = _open_bracket(node, source)
    if opened is not None:
        return opened
    inner = next((each for each in tree.walk(node) if each.is_error and each.id != node.id), node)
    found = tree.text(inner, source).strip().split("\n")[0][:_EXCERPT]
    message = f"unexpected {_quoted(found)}" if found else "unexpected end"
    return _fault_at(source, inner.start_byte, message)


def _open_bracket(node: Node, source: bytes) -> SyntaxFault | None:
    """The bracket, opened before or within ``node``, that nothing closes."""
    scope = node
    while scope.parent is not None and node.is_missing and scope.type not in _BLOCKS:
        scope = scope.parent
    stack: list[Node] = []
    for each in tree.walk(scope):
        if each.start_byte > node.end_byte and node.is_missing:
            break
        if each.child_count or each.is_missing:
            continue
        if each.type in _CLOSERS.values():
            stack.append(each)
        elif each.type in _CLOSERS:
            if not stack or stack[-1].type != _CLOSERS[each.type]:
                return (
                    None
                    if node.is_missing
                    else _fault_at(source, each.start_byte, f"{_quoted(each.type)} closes nothing")
                )
            stack.pop()
    if not stack:
        return None
    return _fault_at(source, stack[-1].start_byte, f"{_quoted(stack[-1].type)} is never closed")


def _python_3_only(node: Node, source: bytes) -> str:
    """The grammar accepts Python 2 as well; the words for what Python 3 does not."""
    kind = node.type
    if kind in _OLD_STATEMENTS and not node.has_error:
        name = _OLD_STATEMENTS[kind]
        return f"{name} is a function in Python 3: {name}(…)"
    if kind == "<>":
        return "<> is not an operator in Python 3: use !="
    if kind == "integer" and _OLD_NUMBER.fullmatch(tree.text(node, source)):
        return f"{_quoted(tree.text(node, source)[:_EXCERPT])} is not a number in Python 3"
    if kind == "except_clause" and any(child.type == "," for child in node.children):
        return "several exceptions need parentheses, and a name needs 'as'"
    return ""


def _is_statement(node: Node) -> bool:
    return node.is_named and node.type not in ("comment", "line_continuation")


def _misplaced(block: Node) -> Iterator[int]:
    """Statements that begin at another column than their block does; the grammar lets them pass."""
    column, row = (0 if block.type == "module" else None), -1
    for child in filter(_is_statement, block.children):
        start = child.start_point
        if start.row != row:
            if column is None:
                column = start.column
            if start.column != column:
                yield child.id
        row = child.end_point.row


def _quoted(word: str) -> str:
    return f"“{word}”"


def _fault_at(source: bytes, offset: int, message: str) -> SyntaxFault:
    line_start = source.rfind(b"\n", 0, offset) + 1
    column = len(source[line_start:offset].decode("utf-8", "replace")) + 1
    return SyntaxFault(source.count(b"\n", 0, offset) + 1, column, message)
