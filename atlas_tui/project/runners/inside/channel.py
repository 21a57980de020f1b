"""The line to the controller, held by the process of the test tool: Python 3.8 or newer, standard library."""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAME = "ATLAS_TUI_REPORT"
"""The variable that names both descriptors."""
_SECRET_BYTES = 32
_ID, _MESSAGE, _DETAIL = 2_000, 500, 8_000
_DETAILS = 2_000_000
"""Characters of all details together."""
_PLACES = 30
_FOREIGN = re.compile(r"(^|/)(site-packages|dist-packages|node_modules|\.venv|venv|\.tox|\.nox)/")


def claim() -> Any:
    """A function that tells the controller something; None where another has claimed it, or there is none.

    The secret is held by the function alone, so that nothing else can speak for it. What a forked copy of
    this process says is left out.
    """
    try:
        report, told = (int(part) for part in os.environ.pop(NAME, "").split(","))
        secret = os.read(told, _SECRET_BYTES)
        os.close(told)
        os.set_inheritable(report, False)
    except (ValueError, OSError):
        return None
    if len(secret) != _SECRET_BYTES:
        return None
    owner, left = os.getpid(), [_DETAILS]

    def tell(kind: str, **values: Any) -> None:
        if os.getpid() != owner:
            return
        if "detail" in values:
            values["detail"] = shortened(values["detail"], min(_DETAIL, max(0, left[0])))
            left[0] -= len(values["detail"])
        # It begins a line of its own, whatever else was written there before.
        data = memoryview(b"\n" + secret + json.dumps(dict(values, kind=kind)).encode("ascii") + b"\n")
        while data:
            data = data[os.write(report, data) :]

    return tell


def wanted() -> Any:
    """The ids that were asked for, as a list; None for all."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wanted.json")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def asked_for(test: str, wanted: Any, signs: Any) -> bool:
    """Whether ``test`` is wanted, or a group it lies in: its name up to one of ``signs``, or a bracket."""
    if test in wanted or test.partition("[")[0] in wanted:
        return True
    for sign in signs:
        place = test.find(sign)
        while place >= 0:
            if test[:place] in wanted:
                return True
            place = test.find(sign, place + 1)
    return False


def shortened(text: str, most: int) -> str:
    """Begin and end of ``text``."""
    if len(text) <= most:
        return text
    half = max(0, most // 2 - 20)
    return "%s\n[... %d characters ...]\n%s" % (text[:half], len(text) - 2 * half, text[len(text) - half :])


def one_line(text: str) -> str:
    """The first line of ``text`` that says something."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return shortened(lines[0], _MESSAGE) if lines else ""


def name(text: str) -> str:
    """``text`` as an id."""
    return text[:_ID]


def places(steps: Any) -> list[Any]:
    """Those of ``steps`` (file, line) that lie in the working folder, innermost last."""
    root, found = os.path.realpath("."), []
    for file, line in steps:
        path = os.path.realpath(file)
        if path.startswith(root + os.sep) and os.path.isfile(path):
            short = os.path.relpath(path, root).replace(os.sep, "/")
            if not _FOREIGN.search(short) and [short, line] not in found:
                found.append([short, int(line)])
    return found[-_PLACES:]
