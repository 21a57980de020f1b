"""Files that a problem's text mentions as ``@path``: their content goes to the model along with the text.

A text may be pasted from anywhere, so only plain files of the folder can be mentioned: nothing above it,
nothing hidden, nothing a link leads out to. No Textual here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.ui import files

MOST_FILES = 8
LONGEST = 32_000
"""Most bytes of one file."""
LONGEST_OF_ALL = 64_000
"""Most bytes of all files together."""
HEADING = "## Files for this problem"
"""Stands between the typed text and the files."""

_MENTION = re.compile(r'(?<!\S)@(?:"(?P<quoted>[^"\n]{1,300})"|(?P<plain>[^\s"@]{1,300}))')
_PUNCTUATION = ".,;:!?)]}"
"""What may stand behind a mention and is no part of it."""
_FENCE = re.compile(r"^ {0,3}(`{3,})", re.MULTILINE)
_LANGUAGES = {
    ".py": "python", ".pyi": "python", ".json": "json", ".toml": "toml", ".sh": "sh", ".js": "javascript",
    ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript", ".ts": "typescript",
    ".tsx": "typescript", ".go": "go", ".rs": "rust", ".java": "java", ".c": "c", ".h": "c",
    ".cpp": "cpp", ".hpp": "cpp",
}  # fmt: skip
_FILE_ENDINGS = (*_LANGUAGES, ".md", ".txt", ".rst", ".csv", ".yaml", ".yml", ".cfg", ".ini", ".in", ".out")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextFile:
    """A mentioned file."""

    path: str
    """Relative to the folder, as it was written."""
    text: str = ""
    fault: str = ""
    """Why it cannot be sent; empty when it can."""

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """What was found for the mentions of one text."""

    files: tuple[ContextFile, ...] = ()
    missing: tuple[str, ...] = ()
    """What looks like a file and is none: it is sent as it stands."""


def mention(path: str) -> str:
    """The path as it is written in a problem's text."""
    return f'@"{path}"' if re.search(r"\s", path) else f"@{path}"


def mentions(text: str) -> tuple[str, ...]:
    """What may be mentioned in ``text``, in order, each once."""
    found = ((each["quoted"] or each["plain"]) for each in _MENTION.finditer(text))
    return tuple(dict.fromkeys(found))


def mention_places(line: str) -> list[tuple[int, int]]:
    """Where one line mentions what looks like a file: the first character, and the one after the last."""
    found = _MENTION.finditer(line)
    return [each.span() for each in found if each["quoted"] or _like_a_file(each["plain"])]


def _like_a_file(name: str) -> bool:
    return "/" in name or name.rstrip(_PUNCTUATION).endswith(_FILE_ENDINGS)


def find(folder: Path, text: str) -> Mentioned:
    """Read the files that ``text`` mentions."""
    taken: list[ContextFile] = []
    missing: list[str] = []
    for name in mentions(text):
        path = _existing(folder, name)
        if path:
            taken.append(_read(folder, path, taken))
        elif _like_a_file(name):
            missing.append(name)
    return Mentioned(files=tuple(taken), missing=tuple(missing))


def targets(folder: Path, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files that ``text`` mentions, or ``file::symbol``; and what looks like a file and is none."""
    found, missing = list[str](), list[str]()
    for name in mentions(text):
        path, sign, symbol = name.partition("::")
        existing = _existing(folder, path)
        if existing:
            found.append(f"{existing}{sign}{symbol.rstrip(_PUNCTUATION)}")
        elif _like_a_file(path):
            missing.append(name.rstrip(_PUNCTUATION))
    return tuple(dict.fromkeys(found)), tuple(missing)


def with_files(statement: str, found: Sequence[ContextFile]) -> str:
    """The statement, and behind it the content of the files that can be sent."""
    sent = [each for each in found if not each.fault]
    return "\n\n".join([statement.rstrip(), HEADING, *map(_block, sent)]) + "\n" if sent else statement


def without_files(statement: str) -> str:
    """The statement as it was typed, without the files behind it."""
    typed, mark, _ = statement.rpartition(f"\n\n{HEADING}\n\n")
    return f"{typed}\n" if mark else statement


def check(found: Sequence[ContextFile]) -> None:
    """Raises: InputError: a mentioned file cannot be sent."""
    for each in found:
        if each.fault:
            todo = "take the mention out, or mention another file"
            raise InputError(f"{mention(each.path)} cannot be sent", each.fault, todo)


def _existing(folder: Path, name: str) -> str:
    """The mentioned path if it is there; also without the punctuation that ends a sentence."""
    for path in dict.fromkeys((name, name.rstrip(_PUNCTUATION))):
        try:
            if path and (folder / path).is_file():
                return path
        except (OSError, ValueError):
            continue  # No name a file can have.
    return ""


def _read(folder: Path, path: str, before: Sequence[ContextFile]) -> ContextFile:
    try:
        _refuse_outside(folder, path)
        if len(before) >= MOST_FILES:
            raise InputError("", f"at most {MOST_FILES} files can be sent")
        content = files.read(folder / path, LONGEST)
        if len(content) + sum(len(each.text.encode()) for each in before) > LONGEST_OF_ALL:
            raise InputError("", f"all files together are longer than {LONGEST_OF_ALL // 1000} kB")
        text = content.decode("utf-8")
        if "\0" in text:
            raise InputError("", "it is no text")
    except UnicodeDecodeError:
        return ContextFile(path=path, fault="it is no UTF-8 text")
    except AtlasError as error:
        return ContextFile(path=path, fault=error.why)
    return ContextFile(path=path, text=text)


def _refuse_outside(folder: Path, path: str) -> None:
    parts = PurePosixPath(path).parts
    if any(part.startswith(".") for part in parts if part != "."):
        raise InputError("", "hidden files and folders above this one are not sent")
    if not (folder / path).resolve().is_relative_to(folder.resolve()):
        raise InputError("", "it is not in this folder")


def _block(file: ContextFile) -> str:
    longest = max((len(found[1]) for found in _FENCE.finditer(file.text)), default=2)
    fence = "`" * max(3, longest + 1)
    language = _LANGUAGES.get(PurePosixPath(file.path).suffix, "")
    name = file.path.replace("`", "'")
    return f"`{name}`:\n\n{fence}{language}\n{file.text.rstrip()}\n{fence}"
