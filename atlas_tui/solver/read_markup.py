"""Pages and tables as the plain layout that the reader knows: HTML to text, rows of a table to samples."""

from __future__ import annotations

import html
import re

from atlas_tui.solver.read_labels import Label, label_of, unmarked

MAX_ROWS = 500
"""Most rows of one table that are looked at."""
_LINES_OF_A_ROW = 9

_IS_HTML = re.compile(
    r"</pre\s*>|<(?:p|div|strong|b|h[1-6])\b[^<>]*>\s{0,40}(?:<\w+[^<>]*>\s{0,40}){0,3}"
    r"(?:sample|example|input)\b",
    re.IGNORECASE,
)
_PRE = re.compile(r"<pre\b[^<>]*>(?P<body>.*?)</pre\s*>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>[ \t]*\n?", re.IGNORECASE)
_LINE_END = re.compile(r"</(?:div|p|li|tr)\s*>\n?", re.IGNORECASE)
_BLOCK = re.compile(
    r"</?(?:p|div|section|article|h[1-6]|ul|ol|tr|table|tbody|thead|blockquote|header|details|summary|hr)\b[^<>]*>",
    re.IGNORECASE,
)
_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
_RAISED = re.compile(r"<su(?P<kind>[pb])\b[^<>]*>(?P<text>[^<>]{1,40})</su[pb]\s*>", re.IGNORECASE)
_DROPPED = (
    (re.compile(r"<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL), "</script"),
    (re.compile(r"<style\b.*?</style\s*>", re.IGNORECASE | re.DOTALL), "</style"),
    (re.compile(r"<!--.*?-->", re.DOTALL), "-->"),
)
_TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?/?>")

_ROW = re.compile(r"[ \t>]*\|.*\|[ \t]*|[^|\n]+(?:\|[^|\n]*)+")
_RULE = re.compile(r"[ \t>]*\|?(?:[ \t]*:?-{1,}:?[ \t]*\|)+(?:[ \t]*:?-{1,}:?[ \t]*)?[ \t]*")
_CELL = re.compile(r"(?<!\\)\|")
_RESULT = re.compile(
    r"(?:expected[ \t]+)?(?:outputs?|results?|returns?|answers?|return[ \t]+values?)", re.IGNORECASE
)
_NAME = re.compile(r"[A-Za-z_]\w*")


def plain_layout(text: str) -> str:
    """``text`` without HTML, and with each row of a table of samples as labelled input and output."""
    if "<" in text and _IS_HTML.search(text):
        text = _without_html(text)
    return _without_tables(text) if "|" in text else text


def _without_html(text: str) -> str:
    for pattern, close in _DROPPED:
        last = _last(text, close)
        text = pattern.sub("", text[:last]) + text[last:]
    parts: list[str] = []
    end = 0
    for found in _PRE.finditer(text, 0, _last(text, "</pre")):
        parts += [_flowing(text[end : found.start()]), _preformatted(found["body"])]
        end = found.end()
    return html.unescape("".join([*parts, _flowing(text[end:])])).replace("\xa0", " ")


def _last(text: str, close: str) -> int:
    """Where the last closing tag ends: no search for one has to go on from there to the end of the text."""
    at = text.lower().rfind(close)
    return at + len(close) + 1 if at >= 0 else 0


def _flowing(text: str) -> str:
    text = _BREAK.sub("\n", _RAISED.sub(_raised, text))
    text = _BLOCK.sub("\n", _ITEM.sub("\n- ", text))
    return _TAG.sub("", text)


def _raised(found: re.Match[str]) -> str:
    return f"{'^' if found['kind'].lower() == 'p' else '_'}{found['text']}"


def _preformatted(body: str) -> str:
    """A block of its own, exactly; the lines of some pages are elements."""
    body = _LINE_END.sub("\n", _BREAK.sub("\n", body))
    body = _TAG.sub("", _RAISED.sub(_raised, body)).strip("\n")
    return f"\n```\n{body}\n```\n"


def _without_tables(text: str) -> str:
    lines = text.split("\n")
    out: list[str] = []
    at = 0
    while at < len(lines):
        rows = _samples_of_table(lines, at)
        if rows is None:
            out.append(lines[at])
            at += 1
        else:
            out += rows[0]
            at = rows[1]
    return "\n".join(out)


def _samples_of_table(lines: list[str], at: int) -> tuple[list[str], int] | None:
    """The table of samples at ``at`` as labelled lines, and the index after it; None when there is none."""
    if at + 2 >= len(lines) or not _RULE.fullmatch(lines[at + 1]) or not _ROW.fullmatch(lines[at]):
        return None
    head = _cells(lines[at])
    given, expected = _column(head, Label.GIVEN), _column(head, Label.EXPECTED)
    if expected is None:
        results = [number for number, cell in enumerate(head) if _RESULT.fullmatch(cell)]
        expected = results[-1] if results else None
    names = head[:expected]
    if expected is None or (given is None and not (names and all(map(_NAME.fullmatch, names)))):
        return None
    out: list[str] = []
    end = at + 2
    while end < len(lines) and _ROW.fullmatch(lines[end]):
        cells = _cells(lines[end])
        end += 1
        if len(cells) <= max(expected, given or 0) or len(out) > MAX_ROWS * _LINES_OF_A_ROW:
            continue
        if given is None:
            values = ", ".join(f"{name} = {value}" for name, value in zip(names, cells, strict=False))
        else:
            values = cells[given]
        out += ["Example:", "Input:", "```", values, "```", "Output:", "```", cells[expected], "```"]
    return ([*out, "", "## After the table", ""], end) if out else None


def _column(head: list[str], label: Label) -> int | None:
    found = [number for number, cell in enumerate(head) if (it := label_of(cell)) and it.label is label]
    return found[0] if len(found) == 1 else None


def _cells(row: str) -> list[str]:
    inner = row.strip(" \t>").removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    cells = [_BREAK.sub("\n", cell.strip()).replace("\\|", "|") for cell in _CELL.split(inner)]
    return ["\n".join(unmarked(line) for line in cell.split("\n")) for cell in cells]
