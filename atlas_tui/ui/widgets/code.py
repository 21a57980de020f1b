"""Code in colour, as lines: Python, and differences between files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from textual.content import Content

from atlas_tui.ui import sanitise

_DIFF = {"+": "$diff-add-text", "-": "$diff-del-text", "@": "$muted"}


@lru_cache(maxsize=64)
def diff_lines(diff: str) -> tuple[Content, ...]:
    """The lines of a unified difference, made safe to show; each file begins with its name in one line."""
    lines, head = list[Content](), list[str]()
    for line in sanitise.clean(diff.rstrip("\n")).split("\n"):
        # No line of a hunk begins like these: each has a sign before it.
        if line.startswith("diff "):
            lines += _headings(head)
            head = [line]
        elif head and not line.startswith("@@"):
            head.append(line)
        else:
            lines += _headings(head)
            head = []
            lines.append(Content.styled(line, _DIFF.get(line[:1], "")))
    return (*lines, *_headings(head))


def _headings(head: Sequence[str]) -> list[Content]:
    """What git writes above a file, in the few words a card has room for."""
    if not head:
        return []
    sides = {line[:4]: line[4:].strip('"') for line in head[1:] if line.startswith(("--- ", "+++ "))}
    name = sides.get("+++ ", "/dev/null") if sides.get("+++ ") != "/dev/null" else sides.get("--- ", "")
    made = any(line.startswith("new file") for line in head)
    told = "  new" if made else "  removed" if any(line.startswith("deleted") for line in head) else ""
    if "/" in name and name != "/dev/null":
        return [Content.assemble((name.partition("/")[2], "$heading"), (told, "$muted"))]
    # An empty file, or a binary one: there is only what git says.
    return [Content.styled(head[0].removeprefix("diff --git "), "$heading"), *map(_muted, head[1:])]


def _muted(line: str) -> Content:
    return Content.styled(line, "$muted")


@lru_cache(maxsize=64)
def python_lines(code: str) -> tuple[Content, ...]:
    """The program's lines, made safe to show and coloured with the theme's ``code-`` variables."""
    # Pygments takes a while to import and nothing needs it before the first program is there.
    from textual.highlight import HighlightTheme, highlight

    class Colors(HighlightTheme):
        STYLES = {  # noqa: RUF012
            ("Comment",): "$code-comment italic",
            ("Keyword",): "$code-keyword",
            ("Operator", "Word"): "$code-keyword",
            ("Literal", "String"): "$code-string",
            ("Literal", "Number"): "$code-number",
            ("Name", "Function"): "$code-name bold",
            ("Name", "Class"): "$code-name bold",
            ("Name", "Builtin"): "$code-name",
            ("Name", "Decorator"): "$code-name",
        }

    shown = sanitise.clean(code.rstrip("\n"))
    # The highlighter splits at every character Python calls a line end; only newlines are left by now.
    colored = highlight(shown, language="python", theme=Colors) if shown else Content("")
    # Without the highlighter's own text colour: the widget's is meant.
    spans = [span for span in colored.spans if span.style != "$text"]
    return tuple(Content(colored.plain, spans).split("\n", allow_blank=True))
