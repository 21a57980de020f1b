"""The program in a model's reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from atlas_tui.syntax import tree
from atlas_tui.syntax.check import SyntaxFault, check
from atlas_tui.syntax.definitions import definitions
from atlas_tui.syntax.fences import next_block
from atlas_tui.syntax.names import bound_names, needed_names

NO_CODE = "no code in the reply"
MAX_BLOCKS = 64
"""Blocks of one reply that are looked at."""

_PYTHON = ("", "python", "python3", "py", "py3", "code")
_THINKING = re.compile(r"\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_CODE_LINE = re.compile(
    r"(?:import |from \S+ import |(?:async )?def \w+\s*[(\[]|class \w+\s*[:(\[]|@\w"
    r"|if .+:|for .+ in .+:|while .+:|with .+:|try:|print\(|#!"
    r"|[A-Za-z_][\w., ]*(?:\[[^\]]*\])*\s*[-+*/|&^%]?=[^=]|\w[\w.]*\(.*\)\s*$)"
)
_SURELY_CODE = re.compile(r"import \w|from \S+ import |(?:async )?def \w+\(|class \w+[:(]|@\w")
_LOOKED_AT = 200
"""Characters of a line that tell whether it is code; the pattern may go over them more than once."""

MAX_STARTS = 8
"""Lines that are tried as the beginning of a program that stands between prose."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """Code out of a reply; ``error`` says why it cannot be used, or is empty."""

    code: str
    error: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """One block of the reply, looked through."""

    code: str
    fault: SyntaxFault | None
    python: bool
    names: frozenset[str]
    """Bound at its top level, and dotted methods."""
    runs: bool
    """Does something at its top level, beyond definitions, imports and assignments."""
    states: bool
    """Holds more than bare expressions, as the output of a program would."""


def extract(reply: str, entry_point: str = "") -> Extracted:
    """The program in ``reply``; of several blocks the one that parses and defines ``entry_point``.

    ``error`` says why there is none, or where its syntax is wrong. Never raises.
    """
    if len(reply) > tree.MAX_CHARS:
        return Extracted("", f"the reply has {len(reply):,} characters; at most {tree.MAX_CHARS:,} are read")
    whole = tree.encode(reply).decode("utf-8").removeprefix("\ufeff")
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    answer = without_thinking(whole)
    best = _best(answer, entry_point)
    if best is None and answer != whole and "<think>" not in whole:
        best = _best(whole, entry_point)  # A program that only mentions the tag was cut apart.
    if best is None:
        return Extracted("", NO_CODE)
    return Extracted(best.code, str(best.fault) if best.fault else "")


def without_thinking(reply: str) -> str:
    """The reply after what the model thought before it answered."""
    answer = reply
    while (opened := _THINKING.match(answer)) is not None:
        answer = answer[opened.end() :]
    if "<think>" not in reply:
        answer = answer.rpartition("</think>")[2]
    return answer


def _best(answer: str, entry_point: str) -> _Piece | None:
    pieces = list(_fenced(answer.split("\n")))
    if not any(piece.fault is None and piece.python and piece.states for piece in pieces):
        bare = _unfenced(answer)
        pieces += [bare] if bare is not None and (not pieces or bare.fault is None) else []
    pieces = [piece for piece in pieces if piece.code]
    if not pieces:
        return None
    best = max(pieces, key=lambda piece: _rank(piece, entry_point))
    return best if best.fault else _joined(best, pieces)


def _rank(piece: _Piece, entry_point: str) -> tuple[bool | int, ...]:
    sound = piece.fault is None and piece.states
    defines = sound and bool(entry_point) and _defines(piece.names, entry_point)
    return (
        defines and piece.python,
        defines,
        sound and piece.python,
        piece.python,
        sound,
        piece.fault is None,
        piece.runs and not entry_point,
        len(piece.code),
    )


def _defines(names: frozenset[str], entry_point: str) -> bool:
    return entry_point in names or f"Solution.{entry_point}" in names


def _fenced(lines: list[str]) -> Iterator[_Piece]:
    at, count, looked_at = 0, 0, 0
    while count < MAX_BLOCKS and (block := next_block(lines, at)) is not None:
        count += 1
        first: _Piece | None = None
        at = block.ends[0][0]
        for after, inside in block.ends:
            looked_at += len(inside)
            if first is not None and looked_at > tree.MAX_CHARS:
                break  # Bounds the work on a reply that is nothing but fences.
            piece = _piece(inside, block.language in _PYTHON)
            first = first or piece
            if piece.fault is None:
                first, at = piece, after
                break
        if first is not None:
            yield first


def _piece(text: str, python: bool = True) -> _Piece:
    code = dedented(text)
    fault = check(code)
    if fault is not None:
        return _Piece(code, fault, python, frozenset(), False, True)
    source = tree.encode(code)
    names = bound_names(source) | frozenset(definitions(source))
    runs, states = _statements(source)
    return _Piece(code, None, python, names, runs, states)


def dedented(text: str) -> str:
    """The code without outer blank lines and without the indentation of its first line, as in a list."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    code = "\n".join(lines[first:]).rstrip()
    indent = len(code) - len(code.lstrip(" \t"))
    if indent:  # Up to as much: a line of a long string may stand further left.
        code = re.sub(rf"^[ \t]{{1,{indent}}}", "", code, flags=re.MULTILINE)
    return f"{code}\n" if code else ""


def _statements(source: bytes) -> tuple[bool, bool]:
    """Whether the program runs something, and whether it is more than bare expressions."""
    parsed = tree.parse(source)
    if parsed is None:
        return False, False
    runs = states = False
    for node in parsed.root_node.named_children:
        if node.type in ("comment", "import_statement", "import_from_statement", "future_import_statement"):
            states = states or node.type != "comment"
        elif node.type in ("function_definition", "class_definition", "decorated_definition"):
            states = True
        elif node.type == "expression_statement":
            does = _does(node)
            states = states or does
            runs = runs or (does and node.children[0].type != "assignment")
        else:
            runs = states = True
    return runs, states


def _does(statement: Node) -> bool:
    return any(
        child.type in ("assignment", "augmented_assignment", "call", "await") for child in statement.children
    )


def _joined(best: _Piece, pieces: list[_Piece]) -> _Piece:
    """``best`` with the blocks that define what it uses and does not define itself, when that parses."""
    sound = [piece for piece in pieces if piece.fault is None and piece.python and piece.names]
    chosen, have, need = [best], best.names, needed_names(tree.encode(best.code))
    while True:
        rest = (piece for piece in sound if piece not in chosen)
        more = next((piece for piece in rest if piece.names & (need - have) and not piece.names & have), None)
        if more is None:
            break
        chosen.append(more)
        have |= more.names
        need |= needed_names(tree.encode(more.code))
    if len(chosen) == 1:
        return best
    whole = _piece("\n\n".join(piece.code for piece in pieces if piece in chosen))
    return best if whole.fault else whole


def _unfenced(answer: str) -> _Piece | None:
    """The program in a reply without fences: all of it, or the part that begins and ends like code."""
    whole = _piece(answer)
    if whole.fault is None and whole.states:
        return whole
    lines = answer.split("\n")
    end = len(lines)
    while end and not _is_code(lines[end - 1]):
        end -= 1
    starts = [number for number, line in enumerate(lines[:end]) if _CODE_LINE.match(line[:_LOOKED_AT])]
    first: _Piece | None = None
    looked_at = 0
    for start in starts[:MAX_STARTS]:
        region = "\n".join(lines[start:end])
        looked_at += len(region)
        if first is not None and looked_at > tree.MAX_CHARS:
            break
        piece = _piece(region)
        first = first or piece
        if piece.fault is None and piece.states:
            return piece
        if _SURELY_CODE.match(lines[start]):
            break  # What follows is a part of this program, not another one.
    return first


def _is_code(line: str) -> bool:
    """Not prose and not empty: what a program may end with."""
    return bool(line[:1] in (" ", "\t", ")", "]", "}") and line.strip()) or bool(
        _CODE_LINE.match(line[:_LOOKED_AT])
    )
