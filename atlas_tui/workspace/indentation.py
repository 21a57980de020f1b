"""Lines of a solution, indented as the place is that they go to."""

from __future__ import annotations

from collections.abc import Sequence

from atlas_tui.workspace import pieces

_BLOCK = "if 1:"
"""Put above indented lines, so that they can be read alone."""


def of(line: str) -> str:
    """What a line is indented by."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def like(lines: Sequence[str], old: Sequence[str]) -> tuple[str, ...]:
    """The lines with the indentation that the first of ``old`` has, in tabs where ``old`` is.

    Lines inside of strings stay as they are.
    """
    moved = _moved(lines, of(lines[0]), of(old[0]))
    if any(of(line)[len(of(old[0])) :].startswith("\t") for line in old[1:]):
        return _in_tabs(moved)
    return moved


def under(lines: Sequence[str], indent: str, old: Sequence[str]) -> tuple[str, ...]:
    """The lines at this indentation, in tabs where it is of tabs or ``old`` is indented by them."""
    moved = _moved(lines, of(lines[0]), indent)
    return _in_tabs(moved) if "\t" in indent or any(line.startswith("\t") for line in old) else moved


def _moved(lines: Sequence[str], have: str, want: str) -> tuple[str, ...]:
    if have == want:
        return tuple(lines)
    fixed = _fixed(lines)
    return tuple(
        want + line.removeprefix(have)
        if line.startswith(have) and line.strip() and number not in fixed
        else line
        for number, line in enumerate(lines)
    )


def _in_tabs(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Each step of spaces as one tab; unchanged where that would not be the same program."""
    base, fixed = of(lines[0]), _fixed(lines)
    inner = {
        number: of(line)[len(base) :]
        for number, line in enumerate(lines)
        if line.strip() and number not in fixed and line.startswith(base)
    }
    steps = [len(indent) for indent in inner.values() if indent]
    if not steps or any(indent.strip(" ") for indent in inner.values()):
        return lines
    step = min(steps)
    tabbed = list(lines)
    for number, indent in inner.items():
        size = len(indent)
        tabbed[number] = base + "\t" * (size // step) + " " * (size % step) + lines[number].lstrip(" \t")
    return tuple(tabbed) if _same_program(lines, tabbed) else lines


def _same_program(one: Sequence[str], other: Sequence[str]) -> bool:
    from atlas_tui.syntax import normal_form

    first, second = _alone(one), _alone(other)
    return pieces.parsed(second) is not None and normal_form(first) == normal_form(second)


def _fixed(lines: Sequence[str]) -> frozenset[int]:
    # Here and not at the top, because tree-sitter takes time to load and most starts do not need it.
    from atlas_tui.syntax import lines_in_strings

    above = len(_alone(lines).split("\n")) - len(lines)
    return frozenset(number - above for number in lines_in_strings(_alone(lines).encode()))


def _alone(lines: Sequence[str]) -> str:
    return "\n".join([_BLOCK, *lines] if of(lines[0]) else lines)
