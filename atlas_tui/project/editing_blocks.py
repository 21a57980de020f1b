"""The blocks of a reply, each with what its heading says: which file, which symbol, all of it or a part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from atlas_tui.syntax import check, extract, tree
from atlas_tui.syntax.extract import MAX_BLOCKS, without_thinking
from atlas_tui.syntax.fences import Block as Fenced, next_block

_LINES_ABOVE = 3
"""So far above a block its heading may stand, blank lines not counted."""
_LONGEST_LINE = 400
"""A longer line is no heading; bounds the work of the patterns."""
_SUFFIX = re.compile(
    r".*[^/.]\.(py|pyi|pyw|js|mjs|cjs|jsx|ts|mts|cts|tsx|go|mod|rs|java|kt|c|h|cc|cpp|cxx|hh|hpp|hxx|rb|php|cs"
    r"|swift|scala|sh|sql|html?|css|scss|md|rst|txt|toml|json|ya?ml|cfg|ini|conf|xml|csv|lock|env|pth|proto)"
)
_WITHOUT_SUFFIX = re.compile(
    r"(.*/)?((gnu)?makefile|(docker|gem|rake|proc|just|pip)file|license|\.[a-z]+(rc|ignore|attributes))"
)
_WHOLE = re.compile(r"\b(whole|full|complete|entire|new)[ -]+(file|module)\b", re.IGNORECASE)
_GONE = re.compile(r"\((delete|deleted|remove|removed)( this)?( file)?\)", re.IGNORECASE)
_NOTE = re.compile(r"\s*[(\[—–][^()\[\]]*[)\]]?\s*:?\s*\Z")
_HEADING = re.compile(r"\s*#{1,6}\s+(?P<words>.*?)[\s#]*\Z")
_BOLD = re.compile(
    r"\s*(?:[-*+]\s+|\d{1,3}[.)]\s+)?\*\*(?P<words>[^*]+)\*\*\s*:?\s*(?P<more>\([^)]*\))?:?\s*\Z"
)
_LABEL = re.compile(
    r"\s*(?:\*\*)?(?:file|path|filename)(?:\*\*)?\s*:\s*(?:\*\*)?(?P<words>.+?)\s*\Z", re.IGNORECASE
)
_ALONE = re.compile(r"\s*`?(?P<words>[^\s`]+)`?\s*(?P<more>\([^)]*\))?\s*:?\s*\Z")
_COMMENT = re.compile(
    r"\s*(?:#|//|--|/\*|<!--)\s*(?:(?:file|path|filename)\s*:\s*)?(?P<words>\S+)\s*(?P<more>\([^)]*\))?\s*(?:\*/|-->)?\s*\Z",
    re.IGNORECASE,
)
_TICKED = re.compile(r"`([^`]+)`")
_SYMBOL = re.compile(r"(?P<path>[^:]+)::(?P<symbol>[\w.:]+)\Z")
_INFO = re.compile(r"[ \t>*+\-\d.)]*[`~]{3,}(?P<info>.*)")
_NOT_CODE = ("bash", "sh", "shell", "console", "text", "txt", "output", "log", "traceback", "plaintext")
"""Languages of blocks that are shown, not meant for a file, unless one is named."""

Exists = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a reply."""

    code: str = ""
    """Lines end with a line feed; empty for a file that is to be removed."""
    language: str = ""
    """In small letters, as the reply calls it."""
    path: str = ""
    """As the reply writes it: not checked. Empty where it names none."""
    symbol: str = ""
    """What the heading names in that file, such as ``Class.method``."""
    near: bool = False
    """The path stands with this very block, and not with one before it."""
    whole: bool = False
    """The reply says that it is the whole file."""
    gone: bool = False
    """The reply says that the file is to be removed."""
    cut: bool = False
    """The reply ends without closing it."""


@dataclass(frozen=True, slots=True)
class _Named:
    path: str = ""
    symbol: str = ""
    whole: bool = False
    gone: bool = False


def blocks(reply: str, exists: Exists) -> tuple[Block, ...]:
    """The blocks of a reply, in order. Without any fence the code in it is one block. Never raises.

    Args:
        exists: whether the tree has a file of this path; takes any text.
    """
    text = tree.encode(reply[: tree.MAX_CHARS]).decode("utf-8").removeprefix("\ufeff")
    text = without_thinking(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = text.split("\n")
    found = list(_fenced(lines, exists))
    if not found and (code := extract(text)).code:
        found = [_with_comment(Block(code=code.code, language="python"), exists)]
    return tuple(found)


def headings(text: str) -> tuple[str, ...]:
    """What heads the parts of a text, such as the paths of what the model is shown of a tree; each once."""
    found = (_HEADING.fullmatch(line[:_LONGEST_LINE]) for line in text.split("\n"))
    named = (_in_words(match["words"], lambda _path: True).path for match in found if match)
    return tuple(dict.fromkeys(path for path in named if path))


def _fenced(lines: list[str], exists: Exists) -> Iterator[Block]:
    at, count, current = 0, 0, _Named()
    while count < MAX_BLOCKS and (fenced := next_block(lines, at)) is not None:
        count += 1
        opened = fenced.start - 1
        for line in lines[at:opened]:
            heading = _heading(line, exists)
            if heading.gone:
                yield Block(path=heading.path, gone=True, near=True)
            # A heading of another kind begins a part that is not about that file, such as how to use it.
            current = heading if heading.path or _HEADING.fullmatch(line[:_LONGEST_LINE]) else current
        end, code = _end(fenced)
        block = _block(lines, at, fenced, code, current, exists)
        cut = end == len(lines) and not any(mark in lines[-1] for mark in ("```", "~~~"))
        yield from _split(replace(block, cut=cut), exists)
        at = end
    for line in lines[at:]:
        if (heading := _heading(line, exists)).gone:
            yield Block(path=heading.path, gone=True, near=True)


def _end(fenced: Fenced) -> tuple[int, str]:
    """Where the block ends: of the places where it may, the first after which the code can be read."""
    if fenced.language in ("", "py", "python", "python3"):
        for after, inside in fenced.ends:
            if check(inside) is None or not inside.strip():
                return after, inside
    return fenced.ends[0]


def _block(lines: list[str], at: int, fenced: Fenced, code: str, current: _Named, exists: Exists) -> Block:
    made = Block(code=_tidy(code), language=fenced.language)
    opening = _INFO.fullmatch(lines[fenced.start - 1][:_LONGEST_LINE])
    info = _in_info(opening["info"], exists) if opening else _Named()
    if info.path:
        return _labelled(made, info)
    commented = _with_comment(made, exists)
    above = _above(lines[at : fenced.start - 1], exists)
    whole = above.whole or bool(opening and _WHOLE.search(opening["info"]))
    if commented.near:
        return replace(commented, whole=commented.whole or whole)
    if above.path:
        return replace(_labelled(made, above), whole=whole)
    if made.language in _NOT_CODE or not current.path or current.gone:
        return replace(made, whole=whole)
    return replace(_labelled(made, current), near=False, whole=whole)


def _split(block: Block, exists: Exists) -> Iterator[Block]:
    """The block, as several where comments in it name other files."""
    lines = block.code.split("\n")
    starts = [0]
    for number, line in enumerate(lines):
        match = _COMMENT.fullmatch(line[:_LONGEST_LINE]) if line[:1] in ("#", "/") else None
        if number and match and exists(_parted(match["words"].strip("`"))[0]):
            starts.append(number)
    if len(starts) == 1:
        yield block
        return
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = replace(block, code=_tidy("\n".join(lines[start:end])))
        if part.code:
            yield _with_comment(part, exists) if start else part


def _labelled(block: Block, named: _Named) -> Block:
    return replace(block, path=named.path, symbol=named.symbol, whole=named.whole, near=True)


def _tidy(code: str) -> str:
    lines = code.split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    return "\n".join(lines).rstrip() + "\n" if lines else ""


def _above(lines: list[str], exists: Exists) -> _Named:
    """What the last lines before a block say."""
    said = [line for line in lines if line.strip()][-_LINES_ABOVE:]
    whole = any(_WHOLE.search(line[:_LONGEST_LINE]) for line in said[-1:])
    for line in reversed(said):
        named = _heading(line, exists)
        if named.path:
            return replace(named, whole=named.whole or whole)
    # In a sentence, only a file that is there is surely meant.
    for line in reversed(said[-1:]):
        named = next((each for each in _in_ticks(line, exists)), _Named())
        if named.path:
            return replace(named, whole=named.whole or whole)
    return _Named(whole=whole)


def _heading(line: str, exists: Exists) -> _Named:
    """The file that a line names when it is a heading, or nothing but the name."""
    line = line[:_LONGEST_LINE]
    if not line.strip():
        return _Named()
    for pattern in (_HEADING, _BOLD, _LABEL, _ALONE):
        if (match := pattern.fullmatch(line)) is None:
            continue
        more = match.groupdict().get("more") or ""
        if (named := _in_words(f"{match['words']} {more}".strip(), exists)).path:
            return named
    return _Named()


def _in_words(words: str, exists: Exists) -> _Named:
    """The path in a heading: all of it, or what stands in back quotes, or a word that reads like one."""
    whole, gone = bool(_WHOLE.search(words)), bool(_GONE.search(words))
    plain = _NOTE.sub("", words).strip().strip("*`\"'").rstrip(":").strip("*`\"'")
    plain = re.sub(r"\A(?:file|path|filename)\s*:\s*", "", plain, flags=re.IGNORECASE).strip("`")
    candidates = [plain, *_TICKED.findall(words), *(word.strip("`*\"'(),;:") for word in words.split())]
    for candidate in candidates:
        path, symbol = _parted(candidate)
        if exists(path) or _is_pathlike(path):
            return _Named(path, symbol, whole, gone)
    return _Named()


def _in_ticks(line: str, exists: Exists) -> Iterator[_Named]:
    line = line[:_LONGEST_LINE]
    for candidate in _TICKED.findall(line):
        path, symbol = _parted(candidate)
        if exists(path):
            yield _Named(path, symbol, bool(_WHOLE.search(line)))


def _in_info(info: str, exists: Exists) -> _Named:
    """The path after the opening mark: ``python a/b.py``, ``python:a/b.py``, ``title="a/b.py"``."""
    for word in re.split(r"[\s={}\"'`,]+|(?<!:):(?!:)", info.strip()):
        path, symbol = _parted(word)
        if path and (_is_pathlike(path) or (exists(path) and "." in path)):
            return _Named(path, symbol, bool(_WHOLE.search(info)))
    return _Named()


def _with_comment(block: Block, exists: Exists) -> Block:
    """The block without a first line that is nothing but a comment with its path."""
    first, _, rest = block.code.partition("\n")
    match = _COMMENT.fullmatch(first[:_LONGEST_LINE])
    if match is None or first.startswith("#!"):
        return block
    path, symbol = _parted(match["words"].strip("`\"'"))
    if not path or not (exists(path) or _is_pathlike(path)):
        return block
    named = _Named(path, symbol, bool(_WHOLE.search(match["more"] or "")))
    return replace(_labelled(block, named), code=_tidy(rest))


def _parted(words: str) -> tuple[str, str]:
    """Path and symbol of ``a/b.py::Class.method``."""
    match = _SYMBOL.fullmatch(words)
    return (match["path"], match["symbol"].replace("::", ".")) if match else (words, "")


def _is_pathlike(word: str) -> bool:
    if not word or any(letter.isspace() for letter in word) or "://" in word:
        return False
    known = _SUFFIX.fullmatch(word.lower()) or _WITHOUT_SUFFIX.fullmatch(word.lower())
    return known is not None or word.startswith(("/", "../", ".git/", "~/"))
