"""Code in colour, as lines: Python, and differences between files."""

from __future__ import annotations

from functools import lru_cache

from textual.content import Content

from atlas_tui.ui import sanitise

_DIFF = {"+": "$diff-add-text", "-": "$diff-del-text", "@": "$muted"}


@lru_cache(maxsize=64)
def diff_lines(diff: str) -> tuple[Content, ...]:
    """The lines of a unified difference, made safe to show; what stands above a file is its heading."""
    lines, head = list[Content](), True
    for line in sanitise.clean(diff.rstrip("\n")).split("\n"):
        # No line of a hunk begins like this: each has a sign before it.
        if line.startswith("diff "):
            head = True
            lines.append(Content.styled(line, "$heading"))
            continue
        head = head and not line.startswith("@@")
        lines.append(Content.styled(line, "$muted" if head else _DIFF.get(line[:1], "")))
    return tuple(lines)


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
