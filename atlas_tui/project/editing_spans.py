"""Pieces of other languages put into a file: whole definitions in the place of those of the same name."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas_tui.project import editing_imports
from atlas_tui.project.apart import outlined
from atlas_tui.project.editing_draft import MOST_PIECES, Draft, Unplaced, has_most
from atlas_tui.syntax import tree
from atlas_tui.syntax.extract import dedented
from atlas_tui.syntax.outline import Definition
from atlas_tui.workspace import indentation
from atlas_tui.workspace.edits import Edit

_LEFT_OUT = re.compile(
    r"\s*(//|/\*)\s*(\.{3}|…|\[?(the )?(rest|remaining|existing|other|previous) .*"
    r"(unchanged|same|as before|as is|here|code|methods|functions|omitted)\b).*",
    re.IGNORECASE,
)
_WHOLE_BEGINS = {"go": "package "}
_BY_NAME = {"js": "javascript", "jsx": "javascript", "mjs": "javascript", "ts": "typescript", "rs": "rust",
            "golang": "go", "c++": "cpp", "h": "c", "hpp": "cpp", "cc": "cpp"}  # fmt: skip
_OWNERS = {"rust": ("impl", "trait"), "java": ("class", "enum", "interface", "record")}
"""Kinds of what methods stand in, where it is not classes alone."""
_ATTRIBUTE = re.compile(r"\s*(#\[[^\[\]]*\]|@[\w.]+(\([^()]*\))?)\s*")
_SEEN = re.compile(r"\s*(export\s+(?:default\s+)?|pub(?:\([^)]*\))?\s+|public\s+|protected\s+|private\s+)")
"""What says who sees a definition."""
_FAULTY = "the code for it has a syntax fault, or is not a whole definition"
_ALIKE = 0.5
"""Of the lines of a text file, so many come back in what is meant to be all of it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A definition with its members."""

    it: Definition
    members: tuple[_Part, ...]

    @property
    def key(self) -> str:
        return self.it.qualified

    @property
    def first(self) -> int:
        """Its first line, from 0."""
        return self.it.first_line - 1

    @property
    def end(self) -> int:
        """The line after its last."""
        return self.it.last_line


@dataclass(slots=True)
class _Code:
    """A source and its definitions."""

    lines: list[str]
    source: bytes
    parts: tuple[_Part, ...]
    whole: bool
    """The grammar can read all of it."""
    bare: bool = False
    """Its classes are put around methods that stood alone."""

    @classmethod
    def of(cls, text: str, language: str) -> _Code:
        source = tree.encode(text)
        found = outlined(source, language)
        return cls(text.split("\n"), source, tuple(_nested(found.definitions)), found.whole)

    def text_of(self, part: _Part, comment: bool) -> tuple[str, ...]:
        return tuple(self.lines[self.above(part) if comment else part.first : part.end])

    def above(self, part: _Part) -> int:
        """The line where its comment begins."""
        if part.it.above == part.it.start:
            return part.first
        return self.source.count(b"\n", 0, part.it.above)

    def is_alone(self, part: _Part) -> bool:
        """Whether nothing else stands in its lines."""
        before = self.source[self.source.rfind(b"\n", 0, part.it.start) + 1 : part.it.start]
        end = self.source.find(b"\n", part.it.end)
        after = self.source[part.it.end : end if end >= 0 else None].strip()
        return not before.strip() and (not after or after.startswith((b"//", b"/*", b",", b";")))


def names_in(code: str, language: str) -> frozenset[str]:
    """What a block defines, members with dots; the language as a reply or ``language_of`` calls it."""
    known = _BY_NAME.get(language, language)
    return frozenset(each.qualified for each in outlined(tree.encode(dedented(code)), known).definitions)


def defines(code: str, language: str) -> bool:
    """Whether there is a definition in a block that is more than a value with a name."""
    known = _BY_NAME.get(language, language)
    found = outlined(tree.encode(dedented(code)), known).definitions
    return any(each.kind not in ("variable", "declaration") for each in found)


def put(draft: Draft, language: str, code: str, symbol: str = "", whole: bool = False) -> None:
    """Put the code of one block into a file, as ``editing_python.put`` does.

    Raises:
        Unplaced: it holds nothing that can be placed, or would break the syntax of the file.
    """
    code = dedented(code)
    lines = code.split("\n")
    marks = [line for line in lines if _LEFT_OUT.fullmatch(line[:300])]
    old, new = _Code.of(draft.source, language), _Code.of(code, language)
    # What the grammar cannot read of the file already is no fault of the reply.
    strict = draft.is_blank or old.whole
    whole = whole and has_most(_names(old.parts), _names(new.parts))
    if draft.is_blank or (not marks and (whole or _covers(old, new, code, language))):
        draft.rewrite(code)
    else:
        if not new.whole or _is_bare(old, new, language):
            new = _as_members(old, code, language, symbol) or new
        if strict and not new.whole:
            raise Unplaced(_FAULTY)
        _merge(draft, old, new, language)
    if strict and not outlined(tree.encode(draft.source), language).whole:
        raise Unplaced(_FAULTY)


def put_text(draft: Draft, code: str, whole: bool) -> None:
    """Put the text of one block in the place of all of a file that holds no code.

    Raises:
        Unplaced: it may be a part, and it is not known of what.
    """
    if not draft.is_blank and not whole:
        old, new = draft.source.split("\n"), code.split("\n")
        same = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        if sum(block.size for block in same) < _ALIKE * len(old):
            raise Unplaced("only the whole of such a file can be given, and this is not said to be it")
    draft.rewrite(code)


def _nested(found: Sequence[Definition]) -> Iterator[_Part]:
    at = 0
    while at < len(found):
        each = found[at]
        end = at + 1
        while end < len(found) and found[end].end <= each.end and found[end].start >= each.start:
            end += 1
        yield _Part(each, tuple(_nested(found[at + 1 : end])))
        at = end


def _covers(old: _Code, new: _Code, code: str, language: str) -> bool:
    """Whether the code has everything that the file has, so that it is meant to be all of it."""
    if not new.whole or not old.parts or not code.lstrip().startswith(_WHOLE_BEGINS.get(language, "")):
        return False
    there, given = _names(old.parts), _names(new.parts)
    imports = [
        {" ".join(each.text.split()) for each in editing_imports.statements(each.lines, language)}
        for each in (old, new)
    ]
    return (
        there <= given
        and imports[0] <= imports[1]
        and _outside(old, language) <= set(map(str.strip, new.lines))
    )


def _outside(old: _Code, language: str) -> set[str]:
    """What stands in a file besides definitions and imports; comments too."""
    lines = dict(enumerate(old.lines))
    spans = [(part.first, part.end) for part in old.parts]
    spans += [(each.start, each.end) for each in editing_imports.statements(old.lines, language)]
    for start, end in spans:
        for number in range(start, end):
            lines.pop(number, None)
    return {line.strip() for line in lines.values() if line.strip()}


def _names(parts: Sequence[_Part]) -> set[str]:
    return {name for part in parts for name in (part.key, *_names(part.members))}


def _as_members(old: _Code, code: str, language: str, symbol: str) -> _Code | None:
    """Methods that stand alone, read as a part of the one class they can be of."""
    owners = [part for part in old.parts if part.it.kind in _OWNERS.get(language, ("class",))]
    for owner in owners:
        if symbol and symbol.partition(".")[0] != owner.it.name:
            continue
        head = owner.key if owner.it.kind == "impl" else f"{owner.it.kind} {owner.it.name}"
        wrapped = _Code.of(
            "\n".join([f"{head} {{", *(f"  {line}" for line in code.split("\n")), "}"]), language
        )
        members = wrapped.parts[0].members if wrapped.whole and wrapped.parts else ()
        if members and (symbol or len(owners) == 1 or _names(members) & _names(owner.members)):
            wrapped.bare = True
            return wrapped
    return None


def _is_bare(old: _Code, new: _Code, language: str) -> bool:
    """Whether there are methods without their class, which some languages' grammars take for functions."""
    functions = [part for part in new.parts if part.it.kind == "function" and "." not in part.key]
    if language == "java":
        return bool(functions)
    known = _names(old.parts)
    return language == "rust" and any(
        part.key not in known and re.search(r"\(\s*(&\s*)?('\w+\s+)?(mut\s+)?self\b", part.it.signature)
        for part in functions
    )


def _merge(draft: Draft, old: _Code, new: _Code, language: str) -> None:
    if len(new.parts) > MOST_PIECES:
        raise Unplaced(
            f"the code for it has {len(new.parts):,} pieces, and at most {MOST_PIECES:,} are placed"
        )
    edits = _merged(old, old.parts, new, _placed(old, new.parts))
    imports = editing_imports.edits(old.lines, new.lines, language)
    if not edits and not imports and not new.parts:
        raise Unplaced("the code for it holds no whole function or class")
    edits = sorted([*imports, *edits], key=lambda edit: (edit.start, edit.end))
    if any(after.start < before.end for before, after in itertools.pairwise(edits)):
        raise Unplaced("its pieces overlap in the file")
    draft.change(edits)


def _placed(old: _Code, parts: Sequence[_Part]) -> tuple[_Part, ...]:
    """The parts, without declarations that only repeat what the file has."""
    known = _names(old.parts)
    return tuple(part for part in parts if part.it.kind != "declaration" or part.key not in known)


def _merged(old: _Code, there: Sequence[_Part], new: _Code, given: Sequence[_Part]) -> list[Edit]:
    """The edits that give one level of the file, a class or all of it, these parts."""
    edits: list[Edit] = []
    waiting: list[_Part] = []
    last: _Part | None = None
    for part in given:
        mine = _counterpart(part, given, there)
        if mine is None:
            waiting.append(part)
            continue
        edits += _inserted(old, new, waiting, last, mine)
        edits += _replaced(old, mine, new, part)
        waiting, last = [], mine
    return edits + _inserted(old, new, waiting, last or (there[-1] if there else None), None)


def _counterpart(part: _Part, given: Sequence[_Part], there: Sequence[_Part]) -> _Part | None:
    """What has the same name; of several of one name (overloads) the one with the same head, or in order."""
    same = [each for each in there if each.key == part.key and _alike(each, part)]
    if len(same) < 2:
        return same[0] if same else None
    exact = [each for each in same if each.it.signature == part.it.signature]
    if exact:
        return exact[0]
    siblings = [each for each in given if each.key == part.key]
    return same[siblings.index(part)] if len(siblings) == len(same) else None


def _alike(one: _Part, other: _Part) -> bool:
    return (one.it.kind == "impl") == (other.it.kind == "impl")


def _replaced(old: _Code, mine: _Part, new: _Code, part: _Part) -> list[Edit]:
    lacks = bool(mine.members) and not _names(mine.members) <= _names(part.members)
    if part.members and (lacks or new.bare or (mine.it.kind == "impl" and mine.members)):
        if not mine.members:
            raise Unplaced(f"{mine.it.name} is empty: the code for it has to hold all of it")
        return _merged(old, mine.members, new, part.members)
    comment = part.it.above != part.it.start
    start = old.above(mine) if comment else mine.first
    if not old.is_alone(mine) or not new.is_alone(part):
        if tuple(new.text_of(part, comment)) == tuple(old.lines[start : mine.end]):
            return []
        raise Unplaced(f"{part.it.name} shares its lines with other code")
    lines = _moved(_with_head(old.lines[mine.first : mine.end], new, part, comment), old.lines[start])
    return [] if tuple(old.lines[start : mine.end]) == lines else [Edit(start, mine.end, lines)]


def _with_head(was: Sequence[str], new: _Code, part: _Part, comment: bool) -> tuple[str, ...]:
    """The lines of a part, with ``export``, ``pub`` and attributes that it has in the file and lacks here."""
    above = new.lines[new.above(part) : part.first] if comment else []
    mine = new.lines[part.first : part.end]
    if mine[0].lstrip().startswith(("#[", "@")):
        return (*above, *mine)
    kept = list(itertools.takewhile(_ATTRIBUTE.fullmatch, was))
    word = _SEEN.match(was[len(kept)]) if len(kept) < len(was) else None
    if word and not _SEEN.match(mine[0]):
        indent = indentation.of(mine[0])
        mine = [f"{indent}{word[1]}{mine[0].removeprefix(indent)}", *mine[1:]]
    return (*above, *(_moved(kept, mine[0]) if kept else ()), *mine)


def _inserted(
    old: _Code, new: _Code, fresh: Sequence[_Part], after: _Part | None, before: _Part | None
) -> list[Edit]:
    """New parts behind what they follow, else above what they precede."""
    if not fresh:
        return []
    near = after or before
    like = old.lines[near.first] if near else ""
    lines: list[str] = []
    for part in fresh:
        lines += ["", *_moved(new.text_of(part, True), like)]
    if after is not None:
        return [Edit(after.end, after.end, tuple(lines))]
    if before is not None:
        at = old.above(before)
        return [Edit(at, at, (*lines[1:], ""))]
    return [Edit(len(old.lines), len(old.lines), tuple(lines))]


def _moved(lines: Sequence[str], like: str) -> tuple[str, ...]:
    """The lines with the indentation that a line of the file has."""
    have, want = indentation.of(lines[0]), indentation.of(like)
    return tuple(
        want + line.removeprefix(have) if have != want and line.strip() and line.startswith(have) else line
        for line in lines
    )
