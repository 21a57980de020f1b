"""Which functions matter for a problem: those that it names, and those that its failing tests call."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from atlas_tui.project.editing_rules import is_test_file
from atlas_tui.project.hints import Hints, Mentioned, targets_of
from atlas_tui.project.known import Known
from atlas_tui.project.mapping import RepositoryMap
from atlas_tui.project.matching import WORD, Query, Vocabulary, matched
from atlas_tui.syntax.forms import SCOPES
from atlas_tui.syntax.outline import Definition, Outline

_TARGET = 10.0
"""For what the person named as a target."""
_INNERMOST = 5.0
"""For the innermost function of a traceback; each one further out counts less."""
_OUTWARDS = 0.85
_DECIDING = 4.0
"""For the first test that decides; each further one counts less."""
_FURTHER_TEST = 0.9
_WRITTEN = 3.0
"""For a function that the text names as one writes code; less where it may be a plain word."""
_PLAIN_WORD = 1.2
_USED_WHERE_IT_FAILS = 3.0
"""For what a line of a test uses that fails."""
_USED_BY_TEST = 1.5
"""For what a test that decides uses."""
_LIKE_THE_TEXT = 2.5
"""For the function that has most of the words of the problem."""
_CALLED = 0.4
"""Share of what speaks for a function that goes on to what it calls."""
_MOST_CALLERS = 40
_ANY_FILE = 0.3
"""Share of it for functions of files for which nothing speaks; all of it goes to those of the best file."""
_HELPER = 0.3
"""The same for helpers of tests."""
_LEAST = 0.02
"""For any other function, so that those of the best files come first."""
_NEAR = 8
"""Lines around a place that lies in no function, or in a long one."""
_LONG = 80
_FILES = 60
"""The best ones, whose functions are looked at."""
_MOST_TESTS = 8
_TITLED = ("javascript", "typescript", "tsx")
_LONGEST_TEST = 60
"""Lines."""
_LARGEST_LINE = 1_000_000
_MADE_BY = ("__init__", "__new__", "__post_init__", "constructor", "__call__")
"""Methods that run where a class is called."""
_MADE, _UNSAID, _MEMBER = 0.8, 0.4, 0.2
"""Shares of what speaks for a class that go to those, to methods that operators run, and to others."""
_WITH_BODY = ("function", "method")
_CODE = re.compile(
    r"`([^`\n]+)`|(?<!\w)([^\W\d]\w*+(?:(?:\.|::)[^\W\d]\w*+)*+)\("
    r"|(?<!\w)(\w*[a-z0-9]_\w+|\w*[a-z][A-Z]\w*)"
)
_PARTS = re.compile(r"::|[./\[\]\s>#:]+")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Lines of a file that matter."""

    first: int
    """From 1."""
    last: int
    score: float = 0.0
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class _Function:
    path: str
    of: Definition
    is_test: bool


class Focus:
    """What speaks for single functions of the best files."""

    def __init__(
        self, repository: RepositoryMap, hints: Hints, scores: Mapping[str, float], query: Query
    ) -> None:
        """``scores`` are those of the files, by path."""
        self._repository, self._hints = repository, hints
        best = max(scores.values(), default=0.0) or 1.0
        order = sorted(scores, key=lambda path: (-scores[path], path))[:_FILES]
        self._share = {path: _ANY_FILE + (1 - _ANY_FILE) * scores[path] / best for path in order}
        self._functions: dict[str, list[_Function]] = {}
        self._named: dict[str, list[_Function]] = defaultdict(list)
        self._members: dict[str, list[_Function]] = defaultdict(list)
        """Methods of the types of a name."""
        self._worth: dict[_Function, float] = {}
        self._around: dict[str, list[Part]] = defaultdict(list)
        """Places that lie in no function."""
        self._lines: dict[str, list[str]] = {}
        named = (path for path in (*hints.deciding, *targets_of(hints)) if path in repository.files)
        for path in dict.fromkeys((*order, *named)):
            self._know(path)
        self._start(query)
        self._spread()

    def of(self, path: str) -> tuple[Part, ...]:
        """The parts of a file, best first; none where it has no functions or is not among the best."""
        found = [
            Part(each.of.first_line, each.of.last_line, self._worth.get(each, 0.0) + _LEAST, each.is_test)
            for each in self._functions.get(path, ())
        ]
        return tuple(sorted((*found, *self._around.get(path, ())), key=lambda part: (-part.score, part)))

    # --- what there is

    def _know(self, path: str) -> None:
        outline = self._repository.files[path].outline
        is_test = is_test_file(path)
        self._functions[path] = [_Function(path, each, is_test) for each in functions_of(outline)]
        for each in self._functions[path]:
            self._named[each.of.name].append(each)
        for scope in outline.definitions if outline is not None and not is_test else ():
            if scope.kind in SCOPES:
                inside = f"{scope.qualified}."
                self._members[scope.name] += [
                    each for each in self._functions[path] if each.of.qualified.startswith(inside)
                ]

    def _text(self, path: str, first: int, last: int) -> str:
        if path not in self._lines:
            self._lines[path] = self._repository.text(path).split("\n")
        return "\n".join(self._lines[path][first - 1 : last])

    # --- what speaks for them

    def _start(self, query: Query) -> None:
        mentioned = Mentioned(self._repository.files, self._hints.text)
        named = [(path, each) for path, symbols in targets_of(self._hints).items() for each in symbols]
        for path, symbol in (*named, *mentioned.symbols):
            outline = self._repository.files[path].outline if path in self._repository.files else None
            for each in outline.find(symbol) if outline is not None else ():
                self._add_inside(path, each, _TARGET)
        self._from_text(query, mentioned)
        for number, test in enumerate(self._deciding()):
            self._add(test, _DECIDING * _FURTHER_TEST**number)
            self._from_names(self._text(test.path, test.of.first_line, test.of.last_line), _USED_BY_TEST)
        for path, part in self._titled():
            self._around[path].append(part)
            self._from_names(self._text(path, part.first, part.last), _USED_BY_TEST)
        self._from_places()

    def _from_text(self, query: Query, mentioned: Mentioned) -> None:
        text = self._hints.text
        worth = _INNERMOST
        # In a traceback of Python the innermost step comes last.
        places = mentioned.places[::-1] if "Traceback (most recent" in text else mentioned.places
        for path, line in dict.fromkeys(places):
            self._at(path, line, worth)
            worth *= _OUTWARDS
        code = " ".join(part for match in _CODE.finditer(text) for part in match.groups() if part)
        written = set(WORD.findall(code))
        for name in dict.fromkeys(WORD.findall(text)):
            self._from_name(name, _WRITTEN if name in written else _PLAIN_WORD)
        self._from_words(query)

    def _from_words(self, query: Query) -> None:
        """What of the words of the problem stands in a function, as for whole files."""
        vocabulary = Vocabulary(query)
        functions = [each for each in self._all() if not each.is_test]
        known = {}
        for number, each in enumerate(functions):
            words = Counter(WORD.findall(self._text(each.path, each.of.first_line, each.of.last_line)))
            known[f"{number} {each.of.qualified}"] = Known(words=vocabulary.of(words), length=words.total())
        found = matched(known, query)
        scores = {
            each: found.get(key, 0.0) * self._file(each) for each, key in zip(functions, known, strict=True)
        }
        best = max(scores.values(), default=0.0) or 1.0
        for each, score in scores.items():
            self._add(each, _LIKE_THE_TEXT * score / best)

    def _deciding(self) -> list[_Function]:
        """The functions of the tests that decide, in their order."""
        found: dict[_Function, None] = {}
        files = set(self._hints.deciding)
        tests = [each for each in self._all() if each.is_test or each.path in files]
        for test in self._hints.tests:
            path, sign, _ = test.partition("::")
            parts = set(_PARTS.split(test))
            for each in tests:
                names = each.of.qualified.split(".")
                if parts.issuperset(names) and (not sign or each.path == path or path not in self._functions):
                    found[each] = None
            if len(found) >= _MOST_TESTS:
                break
        return list(found)[:_MOST_TESTS]

    def _titled(self) -> Iterator[tuple[str, Part]]:
        """The calls of the tests that decide, where these are no functions but have titles."""
        for number, test in enumerate(self._hints.tests[:_MOST_TESTS]):
            path, _, name = test.partition("::")
            known = self._repository.files.get(path)
            if known is None or known.outline is None or known.outline.language not in _TITLED:
                continue
            title = name.rpartition(" > ")[2]
            lines = self._text(path, 1, _LARGEST_LINE).split("\n")
            first = next((at for at, line in enumerate(lines) if _is_titled(line, title)), None)
            if first is not None:
                last = _end_of_call(lines, first)
                yield path, Part(first + 1, last + 1, _DECIDING * _FURTHER_TEST**number, is_test=True)

    def _from_places(self) -> None:
        worth = _INNERMOST
        for path, line in self._hints.places:
            if path not in self._repository.files:
                continue
            if is_test_file(path) or path in self._hints.deciding:
                self._at(path, line, _DECIDING)
                self._from_names(self._text(path, line, line), _USED_WHERE_IT_FAILS)
            else:
                self._at(path, line, worth)
                worth *= _OUTWARDS

    def _from_names(self, text: str, worth: float) -> None:
        for name in dict.fromkeys(WORD.findall(text)):
            self._from_name(name, worth)

    def _from_name(self, name: str, worth: float) -> None:
        same = self._named.get(name, ())
        for each in same:
            # What a test calls is the code; its own helpers matter less.
            share = _HELPER if each.is_test else self._file(each)
            self._add(each, worth * share / math.sqrt(len(same)))
        for each in self._members.get(name, ()):
            part = (
                _MADE if each.of.name in _MADE_BY else _UNSAID if each.of.name.startswith("__") else _MEMBER
            )
            self._add(each, worth * part * self._file(each))

    def _at(self, path: str, line: int, worth: float) -> None:
        if path not in self._functions:
            self._know(path)
        for each in self._functions[path]:
            if each.of.first_line <= line <= each.of.last_line:
                self._add(each, worth)
                if each.of.last_line - each.of.first_line < _LONG:
                    return
                # Where the whole has no room, the lines around the place still may have.
                worth *= _OUTWARDS
                break
        self._around[path].append(Part(max(1, line - _NEAR), line + _NEAR, worth, is_test_file(path)))

    def _spread(self) -> None:
        """What a function calls matters too, but less."""
        done: set[_Function] = set()
        for _ in range(_MOST_CALLERS):
            waiting = [each for each in self._worth if each not in done and not each.is_test]
            if not waiting:
                return
            caller = max(waiting, key=lambda each: (self._worth[each], each.path, each.of.start))
            done.add(caller)
            worth = _CALLED * self._worth[caller]
            text = self._text(caller.path, caller.of.first_line, caller.of.last_line)
            for name in dict.fromkeys(WORD.findall(text)):
                same = [each for each in self._named.get(name, ()) if each != caller and not each.is_test]
                # Most calls are of what stands in the same file.
                near = [each for each in same if each.path == caller.path] or same
                for each in near:
                    self._add(each, worth / math.sqrt(len(near)))

    def _add(self, function: _Function, worth: float) -> None:
        self._worth[function] = max(self._worth.get(function, 0.0), worth)

    def _add_inside(self, path: str, outer: Definition, worth: float) -> None:
        if path not in self._functions:
            self._know(path)
        for each in self._functions.get(path, ()):
            if outer.start <= each.of.start and each.of.end <= outer.end:
                self._add(each, worth)

    def _file(self, function: _Function) -> float:
        """Share of what speaks for a function that its file is worth."""
        return self._share.get(function.path, _ANY_FILE)

    def _all(self) -> Iterator[_Function]:
        for functions in self._functions.values():
            yield from functions


def _is_titled(line: str, title: str) -> bool:
    return bool(title) and any(f"{quote}{title}{quote}" in line for quote in "'\"`")


def _end_of_call(lines: Sequence[str], first: int) -> int:
    """The line that ends what begins at ``first``, by its indentation."""
    indent = len(lines[first]) - len(lines[first].lstrip())
    for at in range(first + 1, min(first + _LONGEST_TEST, len(lines))):
        line = lines[at]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return at if line.lstrip().startswith(("}", ")", "]")) else at - 1
    return min(first + _LONGEST_TEST, len(lines)) - 1


def functions_of(outline: Outline | None) -> list[Definition]:
    """Functions and methods of which none lies in another."""
    found: list[Definition] = []
    for each in outline.definitions if outline is not None else ():
        if each.kind in _WITH_BODY and (not found or each.start >= found[-1].end):
            found.append(each)
    return found
