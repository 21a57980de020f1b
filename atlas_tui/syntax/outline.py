"""What a file defines, uses and imports, in any of the languages that are read."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from tree_sitter import Node

from atlas_tui.syntax import tree
from atlas_tui.syntax.forms import FORMS, SCOPES, TYPES, Form
from atlas_tui.syntax.imported import imported
from atlas_tui.syntax.naming import Named, named

MOST_DEFINITIONS = 5_000
"""Of one file; a longer one is a table that a program wrote."""
_SIGNATURE = 240
"""Characters of the longest signature that is shown whole."""
_SPACE = re.compile(r"\s+")
_LEADS_IN = re.compile(r"[ ]?(?:\{|=>|=|:)\Z")
"""What stands between a signature and the body."""
_LONGEST_PREFIX = 500
"""Characters of the names around a member; what lies deeper is not told apart."""
_LOOK_AT_CLOCK = 4096
"""Nodes between two looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function, type, constant … with its place."""

    name: str
    qualified: str
    """With what it is a member of, by dots in every language: ``Class.method``."""
    kind: str
    """function, method, class, struct, enum, interface, trait, record, impl, namespace, module, type,
    variable, macro, or declaration (of what is defined elsewhere)."""
    start: int
    """Its first byte; decorators, attributes and ``export`` belong to it, the indentation does not."""
    end: int
    """The byte after its last; a closing ``;`` belongs to it, the line end does not."""
    above: int
    """Where the comment directly above it begins; ``start`` where there is none."""
    first_line: int
    """From 1, of ``start``."""
    last_line: int
    signature: str
    """What comes before its body, in one line, shortened."""


_FIELDS = tuple(each.name for each in fields(Definition))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What is known of a file without running it."""

    language: str
    definitions: tuple[Definition, ...] = ()
    """In the order of the file; members come after what they are members of."""
    references: Mapping[str, int] = field(default_factory=dict)
    """Identifiers and how often each occurs, definitions included."""
    imports: tuple[str, ...] = ()
    """Modules, packages or paths, as ``imported`` writes them."""
    whole: bool = True
    """False where there are syntax faults, or it was too long: then something may be missing."""

    def find(self, name: str) -> tuple[Definition, ...]:
        """The definitions of a name, dotted or with ``::``; of a bare name also those that are members."""
        wanted = name.replace("::", ".")
        exact = tuple(each for each in self.definitions if each.qualified == wanted)
        ends = f".{wanted}"
        return exact or tuple(each for each in self.definitions if each.qualified.endswith(ends))

    def around(self, line: int) -> Definition | None:
        """The innermost definition that holds a line (from 1)."""
        holding = [each for each in self.definitions if each.first_line <= line <= each.last_line]
        return min(holding, key=lambda each: (each.end - each.start, each.start), default=None)


def outline(source: bytes, language: str, seconds: float = tree.PARSE_SECONDS) -> Outline:
    """The outline of a source in one of ``grammars.LANGUAGES``; an empty one in another language.

    Never raises, whatever the source holds; takes at most about twice ``seconds``.
    """
    if language not in FORMS:
        return Outline(language=language, whole=False)
    parsed = tree.parse(source, language, seconds)
    if parsed is None:
        return Outline(language=language, whole=False)
    found = sorted(_definitions(parsed.root_node, source, language), key=lambda each: (each.start, -each.end))
    uses = _Uses(language)
    read = uses.gather(parsed.root_node, source, time.monotonic() + seconds)
    return Outline(
        language=language,
        definitions=tuple(found),
        references={name.decode("utf-8", "replace"): count for name, count in uses.references.items()},
        imports=tuple(uses.imports),
        whole=read and not parsed.root_node.has_error and len(found) < MOST_DEFINITIONS,
    )


def as_record(found: Outline) -> list[Any]:
    """The outline as lists, numbers and words, for JSON."""
    defined = [[getattr(each, name) for name in _FIELDS] for each in found.definitions]
    return [found.language, defined, found.references, found.imports, found.whole]


def from_record(record: Sequence[Any]) -> Outline:
    """The outline that ``as_record`` wrote. Raises: TypeError, ValueError: it is of another form."""
    language, defined, references, imports, whole = record
    return Outline(
        language=language,
        definitions=tuple(Definition(**dict(zip(_FIELDS, each, strict=True))) for each in defined),
        references=references,
        imports=tuple(imports),
        whole=whole,
    )


class _Uses:
    """What a file uses, gathered in one pass over its tree."""

    def __init__(self, language: str) -> None:
        self.references: Counter[bytes] = Counter()
        self.imports: dict[str, None] = {}
        self._language, self._form = language, FORMS[language]

    def gather(self, root: Node, source: bytes, deadline: float) -> bool:
        """Whether all of it was read before the deadline (of ``time.monotonic``)."""
        names, imports = self._form.names, self._form.imports
        for number, node in enumerate(tree.walk(root)):
            kind = node.type
            if kind in names:
                self.references[source[node.start_byte : node.end_byte]] += 1
            if kind in imports:
                self.imports.update(dict.fromkeys(imported(node, source, self._language)))
            if not number % _LOOK_AT_CLOCK and time.monotonic() > deadline:
                return False
        return True


@dataclass(frozen=True, slots=True)
class _Place:
    """A node that is still to be looked at."""

    node: Node
    siblings: Sequence[Node]
    """Those of what belongs to it around it, which is ``siblings[at]``: often the node itself.

    Asking a node for its siblings takes time in proportion to their number."""
    at: int
    prefix: str
    scope: str
    """Kind of the definition around it."""

    @property
    def outer(self) -> Node:
        return self.siblings[self.at]


def _definitions(root: Node, source: bytes, language: str) -> Iterator[Definition]:
    """Not recursive: classes may be nested very deep. Bodies of functions are not looked into."""
    form = FORMS[language]
    waiting = [_Place(root, [root], 0, "", "")]
    count = 0
    while waiting and count < MOST_DEFINITIONS:
        place = waiting.pop()
        kind = form.kinds.get(place.node.type, "")
        name = named(place.node, source, language, kind) if kind else None
        if name is not None:
            count += 1
            yield _definition(place, name, source, form)
            waiting.extend(_members(place, name))
        elif place.node.type in form.around or place.node.type in form.through or place.node.is_error:
            waiting.extend(_grouped(place, form))


def _grouped(place: _Place, form: Form) -> Iterator[_Place]:
    children = place.node.children
    inner = [child for child in children if child.type in form.kinds or child.type in form.around]
    alone = place.node.type in form.around and len(inner) == 1
    for at in reversed(range(len(children))):
        child = children[at]
        if alone and child is inner[0]:
            yield _Place(child, place.siblings, place.at, place.prefix, place.scope)
        elif child.is_named:
            yield _Place(child, children, at, place.prefix, place.scope)


def _members(place: _Place, name: Named) -> Iterator[_Place]:
    if name.kind not in SCOPES or name.body is None or len(place.prefix) > _LONGEST_PREFIX:
        return
    inside = ".".join(part for part in (place.prefix, name.members_of) if part)
    children = name.body.children
    for at in reversed(range(len(children))):
        if children[at].is_named:
            yield _Place(children[at], children, at, inside, name.kind)


def _definition(place: _Place, name: Named, source: bytes, form: Form) -> Definition:
    kind = "method" if name.kind == "function" and place.scope in TYPES else name.kind
    outer = place.outer
    after = place.siblings[place.at + 1 : place.at + 2]
    end = after[0].end_byte if after and after[0].type == ";" else outer.end_byte
    start, above, row = _belonging(place, form)
    # Some grammars count the line end to a definition, a macro for instance.
    end -= len(source[start:end]) - len(source[start:end].rstrip())
    return Definition(
        name=name.text.rpartition(".")[2],
        qualified=".".join(part for part in (place.prefix, name.text) if part),
        kind=kind,
        start=start,
        end=end,
        above=above,
        first_line=row + 1,
        last_line=row + 1 + source.count(b"\n", start, end),
        signature=_signature(place.node, outer, name, source),
    )


def _belonging(place: _Place, form: Form) -> tuple[int, int, int]:
    """Where a definition begins with the attributes above it, where the comments above those do; its row."""
    outer = place.outer
    start = above = outer.start_byte
    row = start_row = outer.start_point.row
    for at in range(place.at - 1, -1, -1):
        node = place.siblings[at]
        if node.type not in form.above and node.type not in form.comments:
            break
        # A line comment of Rust ends at the beginning of the next line.
        last_row = node.end_point.row - (node.end_point.column == 0)
        trailing = at > 0 and place.siblings[at - 1].end_point.row == node.start_point.row
        if last_row < row - 1 or (trailing and node.type in form.comments):
            break
        above, row = node.start_byte, node.start_point.row
        if node.type in form.above:
            start, start_row = above, row
    return start, above, start_row


def _signature(node: Node, outer: Node, name: Named, source: bytes) -> str:
    # Decorators come before the definition inside what is around it; ``export`` and templates are its own.
    start = node.start_byte if outer.type == "decorated_definition" else outer.start_byte
    if name.body is not None:
        end = name.body.start_byte
    else:
        end = source.find(b"\n", node.start_byte, node.end_byte)
        end = node.end_byte if end < 0 else end
    text = source[start : max(start, min(end, start + 4 * _SIGNATURE))].decode("utf-8", "replace")
    words = _SPACE.sub(" ", text).strip()
    words = _LEADS_IN.sub("", words) if name.body is not None else words
    return words if len(words) <= _SIGNATURE else f"{words[:_SIGNATURE]}…"
