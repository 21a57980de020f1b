"""Imports of other languages than Python: those a piece needs and its file does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas_tui.workspace.edits import Edit

_MOST_LINES = 200
"""Lines of the longest import that is read."""
_FAMILIES = {"javascript": "js", "typescript": "js", "tsx": "js", "cpp": "c"}
_BEGINS = {
    "js": re.compile(r"import\b(?!\s*\()|(?:const|let|var)\s+[^=]+=\s*require\("),
    "go": re.compile(r"import\b"),
    "rust": re.compile(r"(?:pub(?:\([^)]*\))?\s+)?use\b"),
    "java": re.compile(r"import\b"),
    "c": re.compile(r"#\s*include\b"),
}
_ENDS = {
    "js": re.compile(r"[\"'][^\"']*[\"']\)?\s*;?\s*(//.*)?\Z"),
    "go": re.compile(r"import\s+[^(]*\"[^\"]*\"|.*\)"),
    "rust": re.compile(r".*;"),
    "java": re.compile(r".*;"),
    "c": re.compile(r".*"),
}
_NAMED = re.compile(
    r"import\s+(?P<type>type\s+)?(?P<default>[\w$]+\s*,?\s*)?(?:\{(?P<names>[^{}]*)\}\s*)?from\s*(?P<module>[\"'][^\"']*[\"'])\s*;?"
)
_SPEC = re.compile(r"(?P<alias>[\w.]+\s+)?\"(?P<path>[^\"]+)\"")
_AFTER = {"go": re.compile(r"package\b"), "java": re.compile(r"package\b")}


@dataclass(frozen=True, slots=True)
class Statement:
    """One import in whole lines."""

    start: int
    end: int
    """The line after its last."""
    text: str
    """In one line."""


def statements(lines: Sequence[str], language: str) -> tuple[Statement, ...]:
    """The imports at the margin of a source, in order."""
    family = _FAMILIES.get(language, language)
    return tuple(_statements(lines, family)) if family in _BEGINS else ()


def _statements(lines: Sequence[str], family: str) -> Iterator[Statement]:
    at = 0
    while at < len(lines):
        if not _BEGINS[family].match(lines[at]):
            at += 1
            continue
        end = at + 1
        while end < len(lines) and end - at < _MOST_LINES and not _is_whole(lines[at:end], family):
            end += 1
        yield Statement(at, end, "\n".join(lines[at:end]))
        at = end


def _is_whole(lines: Sequence[str], family: str) -> bool:
    if family == "js" and "{" in (text := "".join(lines)) and "}" not in text:
        return False
    if family == "go" and len(lines) == 1:
        return _ENDS["go"].match(lines[0].rstrip()) is not None
    search = _ENDS[family].search if family == "js" else _ENDS[family].match
    return search(lines[-1].rstrip()) is not None


def edits(old: Sequence[str], code: Sequence[str], language: str) -> list[Edit]:
    """The edits that add what ``code`` imports and ``old`` does not."""
    family = _FAMILIES.get(language, language)
    there = statements(old, language)
    known = {leaf for statement in there for leaf in _leaves(statement.text, family)}
    fresh: list[str] = []
    for statement in statements(code, language):
        lacking = [leaf for leaf in _leaves(statement.text, family) if leaf not in known]
        known.update(lacking)
        fresh += _written(lacking, statement.text, family)
    if not fresh:
        return []
    if there:
        return [Edit(there[-1].end, there[-1].end, tuple(fresh))]
    at, apart = _top(old, family)
    above = [""] if apart else []
    return [Edit(at, at, (*above, *fresh, *([""] if at < len(old) and old[at].strip() else [])))]


Leaf = tuple[str, str]
"""Where it comes from, and what of it."""


def _leaves(text: str, family: str) -> list[Leaf]:
    """What a statement imports, one by one."""
    plain = " ".join(text.split())
    if family == "go":
        return [((match["alias"] or "").strip(), match["path"]) for match in _SPEC.finditer(text)]
    if family == "rust":
        head, _, tail = plain.rstrip("; ").partition("use ")
        return [(head.strip(), leaf) for leaf in _rust_leaves(tail.strip(), 0)]
    if family == "js" and (match := _NAMED.fullmatch(plain)):
        module = match["module"][1:-1]
        names = [name.strip() for name in (match["names"] or "").split(",") if name.strip()]
        first = [f"={match['default'].strip(' ,')}"] if match["default"] else []
        kind = "type " if match["type"] else ""
        return [(module, kind + name) for name in [*first, *names]]
    return [("", plain.rstrip("; "))]


def _rust_leaves(path: str, depth: int) -> Iterator[str]:
    before, brace, inside = path.partition("{")
    if not brace or depth > 8 or not inside.endswith("}"):
        yield path
        return
    level, part = 0, ""
    for letter in inside[:-1] + ",":
        level += (letter == "{") - (letter == "}")
        if letter == "," and not level:
            if part.strip():
                yield from _rust_leaves(before.strip() + part.strip(), depth + 1)
            part = ""
        else:
            part += letter


def _written(lacking: list[Leaf], text: str, family: str) -> list[str]:
    if not lacking:
        return []
    if family == "go":
        return [f'import {alias} "{path}"' if alias else f'import "{path}"' for alias, path in lacking]
    if family == "rust":
        return [f"{head} use {leaf};".strip() for head, leaf in lacking]
    plain = " ".join(text.split())
    match = _NAMED.fullmatch(plain) if family == "js" else None
    if match is None:
        return text.split("\n")
    kind = "type " if match["type"] else ""
    names = [name.removeprefix(kind) for _, name in lacking]
    first = [name[1:] for name in names if name.startswith("=")]
    rest = [name for name in names if not name.startswith("=")]
    parts = [*first, *(["{ " + ", ".join(rest) + " }"] if rest else [])]
    end = ";" if plain.endswith(";") else ""
    return [f"import {kind}{', '.join(parts)} from {match['module']}{end}"]


def _top(old: Sequence[str], family: str) -> tuple[int, bool]:
    """Where the first import goes, and whether a blank line is to stand above it."""
    if family in _AFTER:
        at = next((number for number, line in enumerate(old) if _AFTER[family].match(line)), None)
        return (at + 1, True) if at is not None else (0, False)
    at = 0
    while at < len(old) and old[at].startswith(("'use strict'", '"use strict"', "#pragma", "#!")):
        at += 1
    end = at
    while end < len(old) and old[end].startswith(("//", "/*", " *")):
        end += 1
    # A comment that touches what follows belongs to that.
    at = end if end < len(old) and not old[end].strip() else at
    return at, at > 0
