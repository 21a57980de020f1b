"""Random contents and random changes of them, in every way of writing a text down."""

from __future__ import annotations

import codecs
import random

from atlas_tui.workspace.hunks import Change
from atlas_tui.workspace.raw_lines import end

STYLES = {
    "utf-8": b"",
    "iso8859-1": b"",
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
}
ENDS = (("\n",), ("\r\n",), ("\r",), ("\n", "\r\n"), ("\n", "\r\n", "\r"))
# Few words, so that lines repeat; \u0a0a and \u0d0d have the bytes of line ends in UTF-16.
_WORDS = ("a", "b", "é", "", "", "    x = 1", "def f():", "\x0c", "ÿ")
_WIDE_WORDS = ("\u0a0a", "\u0d0d\u010a", "𝄞")


class Texts:
    """One way of writing texts down, and random ones in it."""

    def __init__(self, seed: int, encodings: tuple[str, ...] = tuple(STYLES)) -> None:
        self.random = random.Random(seed)
        name = self.random.choice(encodings)
        self.mark = STYLES[name]
        self.encoding = "utf-8" if name == "utf-8-sig" else name
        self.ends = self.random.choice(ENDS)
        self.words = _WORDS + (_WIDE_WORDS if name.startswith("utf") else ())

    def line(self) -> str:
        # Half of the lines are there only once, as in real files.
        word = self.random.choice(self.words)
        return (f"{word} {self.random.randrange(10**6)}" if self.random.random() < 0.5 else word) + self.end()

    def end(self) -> str:
        return self.random.choice(self.ends)

    def lines(self, most: int = 40) -> list[str]:
        return [self.line() for _ in range(self.random.randrange(most))]

    def changed(self, lines: list[str]) -> list[str]:
        """The lines with some removed, added, replaced, moved or written with another end."""
        new = list(lines)
        for _ in range(self.random.randrange(6)):
            start = self.random.randrange(len(new) + 1)
            stop = min(len(new), start + self.random.choice((0, 0, 1, 1, 2, 5)))
            cut, new[start:stop] = new[start:stop], self.lines(4)
            if self.random.random() < 0.3:
                place = self.random.randrange(len(new) + 1)
                new[place:place] = cut
        return [line.rstrip("\r\n") + self.end() if self.random.random() < 0.02 else line for line in new]

    def encoded(self, lines: list[str]) -> bytes:
        text = "".join(lines)
        if self.random.random() < 0.3:
            text = text.rstrip("\r\n")
        if self.encoding == "iso8859-1":
            # Else one of two contents may be ASCII by chance, which is taken for UTF-8.
            text = f"ÿ{self.ends[0]}{text}"
        return self.mark + text.encode(self.encoding) if text else b""

    def pair(self) -> tuple[bytes, bytes]:
        old = self.lines()
        return self.encoded(old), self.encoded(self.changed(old))

    def some(self, change: Change) -> frozenset[int]:
        """A random subset of the hunks."""
        share = self.random.random()
        return frozenset(hunk.number for hunk in change.hunks if self.random.random() < share)


def put_together(change: Change, taken: frozenset[int]) -> bytes:
    """The content again, line by line of the base: slow and plain."""
    parts: list[bytes] = []
    for line in range(len(change.old) + 1):
        here = [hunk for hunk in change.hunks if hunk.number in taken]
        for hunk in here:
            if hunk.old[0] == line:
                parts += hunk.added
        if line < len(change.old) and not any(hunk.old[0] <= line < hunk.old[1] for hunk in here):
            parts.append(change.old[line])
    return b"".join(parts)


def check(change: Change, old: bytes, new: bytes) -> None:
    """Everything that holds of any change."""
    assert change.content() == new and change.content(()) == old
    new_lines = _all_taken(change)
    assert [hunk.number for hunk in change.hunks] == list(range(1, len(change.hunks) + 1))
    ahead = last = 0
    for hunk in change.hunks:
        assert last <= hunk.old[0] <= hunk.old[1] <= len(change.old)
        assert hunk.new[0] - hunk.old[0] == ahead
        last, ahead = hunk.old[1], hunk.new[1] - hunk.old[1]
        assert hunk.removed == change.old[slice(*hunk.old)]
        assert list(hunk.added) == new_lines[slice(*hunk.new)]
        assert (hunk.runs[0].old[0], hunk.runs[0].new[0]) == (hunk.old[0], hunk.new[0])
        assert (hunk.runs[-1].old[1], hunk.runs[-1].new[1]) == (hunk.old[1], hunk.new[1])
        for run, after in zip(hunk.runs, hunk.runs[1:], strict=False):
            assert run.old[1] < after.old[0]
            assert change.old[run.old[1] : after.old[0]] == tuple(new_lines[run.new[1] : after.new[0]])
        assert all(run.old[0] < run.old[1] or run.new[0] < run.new[1] for run in hunk.runs)


def check_subset(change: Change, taken: frozenset[int]) -> bytes:
    """No byte is lost, doubled or split, whatever is taken; gives the content."""
    content = change.content(taken)
    assert content == put_together(change, taken)
    mark = change.style.bom
    if content and mark and change.content().startswith(mark):
        assert content.startswith(mark) and not content.startswith(mark * 2)
    lines = [
        *(
            line
            for hunk in change.hunks
            if hunk.number in taken
            for line in hunk.added
        ),
        *(
            change.old[line]
            for line in range(len(change.old))
            if not any(h.old[0] <= line < h.old[1] for h in change.hunks if h.number in taken)
        ),
    ]  # fmt: skip
    without_end = [line for line in lines if not end(line, change.style)]
    assert len(without_end) <= 1 and all(content.endswith(line) for line in without_end)
    if _is_text(change.content(), change):
        assert _is_text(content, change), "no character was torn apart"
    return content


def _is_text(content: bytes, change: Change) -> bool:
    try:
        return bool(content.decode(change.style.encoding)) or not content
    except UnicodeDecodeError:
        return False


def _all_taken(change: Change) -> list[bytes]:
    lines: list[bytes] = []
    at = 0
    for hunk in change.hunks:
        lines += [*change.old[at : hunk.old[0]], *hunk.added]
        at = hunk.old[1]
    return [*lines, *change.old[at:]]
