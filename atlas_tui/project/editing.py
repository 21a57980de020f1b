"""A reply read as a change of files: its blocks put into the files they are for, and the difference made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from atlas_tui.errors import InputError
from atlas_tui.problem import Project
from atlas_tui.project import editing_diff, editing_python, editing_spans, guard
from atlas_tui.project.base import FileChange
from atlas_tui.project.difference import difference
from atlas_tui.project.editing_blocks import Block, blocks, headings
from atlas_tui.project.editing_draft import Draft, Unplaced
from atlas_tui.project.editing_rules import decides, deciding_part, is_allowed
from atlas_tui.project.files import Files, Folder, plain_parts, with_changes
from atlas_tui.project.names import shown
from atlas_tui.syntax.grammars import PYTHON, language_of
from atlas_tui.workspace.base import content_is_pointer

_PYTHON = ("", "python", "py", "python3", "py3")
_DIFFERENCES = ("diff", "patch", "udiff")
_SHOWN = "/tree/"
"""How tracebacks begin the paths of the copy that tests run in."""
_MOST_SHOWN = 400
"""Files of the context that a block without a path is compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a reply changes."""

    changes: tuple[FileChange, ...]
    """Whole files against the base (``project.base``), those of ``before`` among them; by path."""
    diff: str
    """Of ``changes`` against the base."""
    lines: int = 0
    """Changed lines of ``diff``."""
    fault: str = ""
    """Why it holds no usable change: no code, pieces that fit nowhere, syntax errors."""
    notes: tuple[str, ...] = ()
    """Which pieces were not taken, and why; the change may be good without them."""
    flags: tuple[str, ...] = ()
    """Why it is not chosen by itself: files that are not allowed, paths that lead out of the tree, tampering
    with tests."""


@dataclass(slots=True)
class _Reading:
    """The files while the blocks of a reply go into them."""

    project: Project
    base: Files
    now: dict[str, bytes | None]
    shown: tuple[str, ...]
    """Files that the model saw, those the person named first."""
    notes: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    @property
    def files(self) -> Files:
        return with_changes(self.base, [FileChange(path, content) for path, content in self.now.items()])

    def read(self, path: str) -> bytes | None:
        return self.files.read(path)


def read_reply(text: str, project: Project, before: Sequence[FileChange] = ()) -> Reply:
    """The change in a reply; it never raises, and nothing of the tree is written.

    Args:
        text: what the model answered: blocks, each a function, class or file, with its path.
        before: the candidate that is corrected; the pieces go on top of it.
    """
    base = Folder(Path(project.base))
    reading = _Reading(project, base, {change.path: change.content for change in before}, _shown(project))
    found = blocks(text, lambda path: _exists(reading, path))
    for block in found:
        parts = editing_diff.by_file(block.code) if block.language in _DIFFERENCES else ()
        for part in [replace(block, path=path, code=code) for path, code in parts] or [block]:
            _take(reading, part)
    changes = _differing(base, reading.now)
    made = difference(base, changes)
    if not found:
        reading.notes.append("no code in the reply")
    if found and found[-1].cut:
        reading.notes.append("the reply ends inside of its last block")
    changed = changes != _differing(base, {change.path: change.content for change in before})
    # Also what is left of ``before``, and nothing that is as it was again.
    beyond = [shown(change.path) for change in changes if not is_allowed(project, change.path)]
    flags = [*reading.flags, *(f"{path} is not among the files that may be changed" for path in beyond)]
    flags += guard.flags(base, changes, project)
    return Reply(
        changes=changes,
        diff=made.text,
        lines=made.lines,
        fault="" if changed else "; ".join(dict.fromkeys(reading.notes)) or "the reply changes nothing",
        notes=tuple(dict.fromkeys(reading.notes)),
        flags=tuple(dict.fromkeys(flags)),
    )


def _differing(base: Files, contents: Mapping[str, bytes | None]) -> tuple[FileChange, ...]:
    return tuple(
        FileChange(path, content)
        for path, content in sorted(contents.items())
        if _content(base, path) != content
    )


def _deciding_part(project: Project, path: str, old: bytes | None, new: bytes | None) -> str:
    if not project.protected:
        return ""
    return deciding_part(path, old, new, (*project.required, *project.kept))


def _take(reading: _Reading, block: Block) -> None:
    """Put one block into its file, or note why not."""
    try:
        path = _path_of(reading, block)
        old = reading.read(path) if path else None
    except InputError as error:
        # A path that leads out of the tree is no slip that one would overlook.
        reading.flags.append(f"{shown(block.path)}: not written, {error.why or error.what}")
        reading.notes.append(reading.flags[-1])
        return
    except Unplaced as error:
        reading.notes.append(str(error))
        return
    if not path or _is_example(reading, block, path):
        return
    try:
        new = _changed(reading, path, old, block)
    except InputError as error:
        reading.notes.append(f"{shown(path)}: not changed, {error.why or error.what}")
        return
    except Unplaced as error:
        reading.notes.append(f"{shown(path)}: {error}")
        return
    if new != old:
        reading.now[path] = new


def _is_example(reading: _Reading, block: Block, path: str) -> bool:
    """Whether a block without a path of its own shows how the code is used, or what it prints."""
    return not (block.near or _defines(block) or _names_in(block) & _names_of(reading, path))


def _changed(reading: _Reading, path: str, old: bytes | None, block: Block) -> bytes | None:
    if decides(reading.project, path):
        raise Unplaced("not changed, it decides on the change")
    new = None if block.gone else _put(reading, path, old, block)
    why = _deciding_part(reading.project, path, old, new)
    if why:
        raise Unplaced(f"not changed, {why}")
    return new


def _put(reading: _Reading, path: str, old: bytes | None, block: Block) -> bytes:
    if old is None and any(
        _is_above(path, other) for other, content in reading.now.items() if content is not None
    ):
        raise Unplaced("it cannot be a file and a folder")
    if old is not None and content_is_pointer(old):
        raise Unplaced("it is a Git LFS pointer, its content is not here")
    if not block.code.strip():
        if old is not None:
            raise Unplaced("the block for it is empty")
        return b""
    draft = Draft.of(path, old or b"")
    if block.language in _DIFFERENCES or editing_diff.is_exchange(block.code):
        editing_diff.put(draft, block.code)
        return draft.content()
    language = language_of(path)
    if language == PYTHON:
        editing_python.put(draft, block.code, block.symbol, block.whole)
        reading.notes += [f"{shown(path)}: {note}" for note in draft.notes]
    elif language:
        editing_spans.put(draft, language, block.code, block.symbol, block.whole)
    else:
        editing_spans.put_text(draft, block.code, block.whole)
    return draft.content()


def _is_above(one: str, other: str) -> bool:
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")


# --- which file a block is for


def _path_of(reading: _Reading, block: Block) -> str:
    """The file that a block is for; empty where it is not meant for any.

    Raises:
        InputError: the path it names cannot be used.
        Unplaced: it names none, and it cannot be told which.
    """
    if block.path:
        return _meant(reading, block.path)
    names = _names_in(block)
    if names and all(name.lower().startswith("test") for name in names):
        # Tests of its own that it shows; those that it wants to add have a path.
        return ""
    scores = [(len(names & _names_of(reading, path)), path) for path in reading.shown]
    best = max((score for score, _ in scores), default=0)
    fitting = [path for score, path in scores if score == best] if best else []
    targets = _targets(reading.project)
    if len(fitting) != 1:
        rest = list(targets) if not best and _defines(block) else []
        fitting = [path for path in fitting if path in targets] or rest
    if len(fitting) == 1:
        return fitting[0]
    if not _defines(block):
        return ""
    listed = ", ".join(sorted(names)[:3])
    raise Unplaced(f"the reply does not say which file {f'the code for {listed}' if names else 'it'} goes to")


def _meant(reading: _Reading, named: str) -> str:
    """The path as the tree has it: small models leave out folders, or write ``a/`` and ``b/`` as diffs do."""
    path = named.removeprefix("./")
    inside = path.partition(_SHOWN)[2]
    if path.startswith(_SHOWN) and _exists(reading, inside):
        return inside
    plain_parts(path)
    if reading.read(path) is not None:
        return path
    ending = [each for each in reading.shown if each.endswith(f"/{path}")]
    if len(ending) == 1:
        return ending[0]
    short = path.removeprefix("a/").removeprefix("b/")
    if short != path and _exists(reading, short):
        return short
    # Some systems take both for one file, so nobody wants a second of that name.
    alike = [each for each in reading.shown if each.casefold() == path.casefold()]
    return alike[0] if len(alike) == 1 else path


def _defines(block: Block) -> bool:
    if editing_diff.is_exchange(block.code):
        return True
    if block.language in _PYTHON:
        return editing_python.defines(block.code)
    return block.language in _DIFFERENCES or editing_spans.defines(block.code, block.language)


def _names_in(block: Block) -> frozenset[str]:
    if block.language in _PYTHON:
        return editing_python.names_in(block.code)
    return editing_spans.names_in(block.code, block.language)


def _names_of(reading: _Reading, path: str) -> frozenset[str]:
    content = _content(reading.files, path)
    if content is None:
        return frozenset()
    text = content.decode("utf-8", "replace")
    language = language_of(path)
    return editing_python.names_in(text) if language == PYTHON else editing_spans.names_in(text, language)


def _targets(project: Project) -> tuple[str, ...]:
    return tuple(dict.fromkeys(target.partition("::")[0] for target in project.targets))


def _shown(project: Project) -> tuple[str, ...]:
    """Files the model saw: those named by the person, and those that head a part of the context."""
    named = headings(project.context)
    return tuple(dict.fromkeys([*_targets(project), *named]))[:_MOST_SHOWN]


def _exists(reading: _Reading, path: str) -> bool:
    return bool(path) and _content(reading.files, path) is not None


def _content(files: Files, path: str) -> bytes | None:
    try:
        return files.read(path)
    except InputError:
        return None
