"""Where a file, given as lines, defines a name: found with tree-sitter, in whole lines."""

from __future__ import annotations

from collections.abc import Sequence

Lines = tuple[int, int]
"""The first line (from 0), and the one after the last."""


def lines_of(old: Sequence[str], name: str) -> Lines | None:
    """The last definition of ``name`` that counts."""
    found = all_lines_of(old, name)
    return found[-1] if found else None


def all_lines_of(old: Sequence[str], name: str, role: str = "") -> tuple[Lines, ...]:
    """The definitions that have to change for the name to mean something else; none that shares a line."""
    # Here and not at the top, because tree-sitter takes time to load and most starts do not need it.
    from atlas_tui.syntax import definition_spans

    source = "\n".join(old).encode()
    found = []
    for start, end in definition_spans(source, name, role):
        line_start = source.rfind(b"\n", 0, start) + 1
        line_end = source.find(b"\n", end) if b"\n" in source[end:] else len(source)
        after = source[end:line_end].strip()
        if source[line_start:start].strip() or (after and not after.startswith(b"#")):
            return ()
        first = source.count(b"\n", 0, start)
        found.append((first, first + source[start:end].rstrip(b"\n").count(b"\n") + 1))
    return tuple(found)


def has_role(old: Sequence[str], name: str, role: str) -> bool:
    """Whether ``Class.method`` is defined in this role: empty for the plain one, ``setter`` …

    Where a broken file does not tell the roles, it is taken to have it.
    """
    from atlas_tui.syntax import definition_roles

    roles = definition_roles("\n".join(old).encode(), name)
    return role in roles or not roles


def is_defined(code: str, name: str) -> bool:
    return bool(all_lines_of(code.split("\n"), name))
