"""The files of a review: which are taken, written, committed, and what they were read from."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from atlas_tui.ui.reviewing import FileReview, FileState, Review
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.words import Sign, many

STATES: dict[FileState, Sign] = {
    FileState.UNTOUCHED: Sign("○", "untouched", "$muted"),
    FileState.PARTLY: Sign("◐", "partly taken", "$timeout"),
    FileState.TAKEN: Sign("●", "taken", "$primary"),
    FileState.WRITTEN: Sign("✓", "written", "$pass"),
    FileState.COMMITTED: Sign("◆", "committed", "$pass"),
    FileState.UNDONE: Sign("↺", "undone", "$timeout"),
    FileState.MOVED: Sign("!", "moved", "$fail"),
}
MOST_ROWS, MOST_COLUMN = 4, 8
"""Files that are shown at a time: above the diff, and beside it."""
MOST_DIRTY = 4
"""Uncommitted files that are named; more are counted."""


class ReviewFiles(Static):
    """A column beside the diff, or a line for each file above it where there is no room for a column."""

    auto_links = False
    DEFAULT_CSS = """
    ReviewFiles { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="files", markup=False)
        self._words = Content("")

    def show(self, review: Review | None, states: list[FileState], head: str, dirty: tuple[str, ...]) -> None:
        """``states`` are those of the review's files; ``head`` and ``dirty`` tell what the tree is."""
        words = Content("")
        if review is not None:
            wide = self.has_class("-column")
            each = _column if wide else _row
            known = list(enumerate(zip(review.files, states, strict=True)))
            first, last = window(len(known), review.at, MOST_COLUMN if wide else MOST_ROWS)
            rows = [
                each(number, file, state, number == review.at) for number, (file, state) in known[first:last]
            ]
            if last - first < len(known):
                part = f"  {first + 1} to {last} of {many(len(known), 'file')}"
                rows.append(Content.styled(part, "$muted"))
            if review.repository and len(known) > 1 and wide:
                rows.append(Content.assemble("  ", ("f", "$primary bold"), (" next file", "$muted")))
            if wide:
                rows += [Content(""), *_base(head, dirty)]
            words = Content("\n").join(rows)
        if not words.is_same(self._words):
            self._words = words
            self.update(words)


def window(count: int, at: int, most: int) -> tuple[int, int]:
    """The first and behind the last of ``most`` files, of which that in front is one; near the middle."""
    first = max(0, min(at - most // 2, count - most))
    return first, min(count, first + most)


def _row(number: int, file: FileReview, state: FileState, here: bool) -> Content:
    sign = STATES[state]
    words = Content.assemble(
        _name(file, here, 40),
        "  ",
        _counts(file),
        _kind(file),
        "  ",
        (f"{sign.glyph} {_said(file, state)}", sign.color),
    )
    return _clickable(words, number)


def _column(number: int, file: FileReview, state: FileState, here: bool) -> Content:
    sign = STATES[state]
    words = Content.assemble(
        _name(file, here, 24), "\n   ", _counts(file), _kind(file),
        "\n   ", (f"{sign.glyph} {_said(file, state)}", sign.color),
    )  # fmt: skip
    return _clickable(words, number)


def _clickable(words: Content, number: int) -> Content:
    return words.stylize(Style.from_meta({"@click": f"screen.show_file({number})"}))


def _name(file: FileReview, here: bool, longest: int) -> Content:
    path = file.path
    # The end of a path tells more than its beginning.
    short = path if len(path) <= longest else "…" + path[1 - longest :]
    return Content.assemble(("▸ " if here else "  ", "bold"), label(short, "bold" if here else "", longest))


def _counts(file: FileReview) -> Content:
    return Content.assemble((f"+{file.change.added}", "$pass"), " ", (f"−{file.change.removed}", "$fail"))


def _kind(file: FileReview) -> str:
    new = "  removed" if file.removes else "" if file.base.exists else "  new file"
    return f"{new}  tests" if file.tests else new


def _said(file: FileReview, state: FileState) -> str:
    word = STATES[state].word
    partly = 0 < len(file.taken) < len(file.change.hunks)
    if partly and state in (FileState.PARTLY, FileState.WRITTEN, FileState.COMMITTED):
        return f"{word} {len(file.taken)}/{len(file.change.hunks)}"
    return word


def _base(head: str, dirty: tuple[str, ...]) -> list[Content]:
    rows = [Content.styled("base", "$heading"), label(head, "$muted", 80)]
    if dirty:
        rows.append(Content.styled("uncommitted", "$heading"))
        rows += [label(f"  {path}", "$muted", 40) for path in dirty[:MOST_DIRTY]]
        if len(dirty) > MOST_DIRTY:
            rows.append(
                Content.styled(f"  and {many(len(dirty) - MOST_DIRTY, 'more')}".removesuffix("s"), "$muted")
            )
    return rows
