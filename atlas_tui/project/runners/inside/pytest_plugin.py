"""A plugin of pytest (7 or newer; of 6 without passing over files) that tells the controller each result."""

from __future__ import annotations

import os
import re
import sys

from . import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_tell: Any = channel.claim()
_STEP = re.compile(
    r"^(?:E\s+File \"(?P<said>[^\"\n]+)\", line |(?P<plain>[^\s:][^:\n]*):)(?P<line>\d+)\b", re.M
)
_RANK = ("error", "failed", "passed", "skipped")


def pytest_configure(config: Any) -> None:
    """Take part where there is a controller; a worker of pytest-xdist selects, and its main process tells."""
    tell = _say_nothing if hasattr(config, "workerinput") else _tell
    if tell is not None:
        version = str(vars(sys.modules["pytest"])["__version__"])
        kind = _Passing if int(version.partition(".")[0]) >= 7 else Teller
        config.pluginmanager.register(kind(config, tell), "atlas-report")


def _say_nothing(kind: str, **values: Any) -> None:
    pass


class Teller:
    """Hooks of pytest."""

    def __init__(self, config: Any, tell: Any) -> None:
        self._tell, self._wanted = tell, channel.wanted()
        self._root = str(getattr(config, "rootpath", None) or config.rootdir)
        self._here = str(config.invocation_params.dir)
        self._open: dict[str, Any] = {}
        self._selected: Any = None
        self._ended = 0

    def _id(self, node: str) -> str:
        """``node`` with its file as seen from the working folder."""
        file, sign, rest = node.partition("::")
        if self._root != self._here and file:
            file = os.path.relpath(os.path.join(self._root, file), self._here).replace(os.sep, "/")
        return channel.name(file + sign + rest)

    def pytest_collection_modifyitems(self, config: Any, items: Any) -> None:
        """Leave what was not asked for; the order stays."""
        if self._wanted is not None:
            wanted = {one.rstrip("/") for one in self._wanted}
            left = [one for one in items if not channel.asked_for(self._id(one.nodeid), wanted, ("::", "/"))]
            if left:
                gone = {id(one) for one in left}
                config.hook.pytest_deselected(items=left)
                items[:] = [one for one in items if id(one) not in gone]

    def pytest_collection_finish(self, session: Any) -> None:
        """How many are to be run; with pytest-xdist only its workers know."""
        self._selected = len(session.items) if hasattr(session, "items") else None
        self._tell("selected", number=self._selected)

    def pytest_collectreport(self, report: Any) -> None:
        """A file that cannot be read as tests is a test that could not be run."""
        if report.failed:
            text = _text(report)
            steps = [(m["said"] or m["plain"], int(m["line"])) for m in _STEP.finditer(text)]
            lines = text.splitlines()
            lines = [line[1:] for line in lines if line.startswith("E ")] or lines[-1:]
            self._tell(
                "case", id=self._id(report.nodeid), outcome="error", seconds=0.0, detail=text,
                message=channel.one_line((lines or [""])[-1]), places=channel.places(steps),
            )  # fmt: skip

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """So that it is known which test hung."""
        self._tell("start", id=self._id(nodeid))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Put together what is told of setup, call, sub-tests and teardown."""
        case = self._open.setdefault(
            report.nodeid, {"outcome": "", "seconds": 0.0, "message": "", "detail": "", "places": []}
        )
        if report.outcome == "rerun":
            self._open.pop(report.nodeid)
            return
        case["seconds"] += getattr(report, "duration", 0.0)
        part = hasattr(report, "context")  # a sub-test: it makes the whole fail, or nothing
        outcome = report.outcome if report.outcome in _RANK else ""
        if outcome == "failed" and report.when in ("setup", "teardown"):
            outcome = "error"
        if (part and outcome != "failed") or (outcome == "passed" and report.when != "call"):
            outcome = ""
        if outcome and (not case["outcome"] or _RANK.index(outcome) < _RANK.index(case["outcome"])):
            case["outcome"] = outcome
        if outcome in ("failed", "error", "skipped") and not case["detail"]:
            case.update(_told(report, outcome))

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell the test."""
        self._ended += 1
        self._finish(nodeid)

    def _finish(self, node: str) -> None:
        case = self._open.pop(node, None)
        if case is not None:
            case["outcome"] = case["outcome"] or "error"
            self._tell("case", id=self._id(node), **case)

    def pytest_sessionfinish(self, exitstatus: Any) -> None:
        """Tell the end: whole, where as many ended as were to be run."""
        for node in list(self._open):
            self._finish(node)
        whole = int(exitstatus) in (0, 1, 5) and self._selected in (None, self._ended)
        self._tell("end", whole=whole, status=int(exitstatus))


class _Passing(Teller):
    """Does not even import the files of which nothing was asked for."""

    def __init__(self, config: Any, tell: Any) -> None:
        super().__init__(config, tell)
        names = {test.partition("::")[0] for test in self._wanted or ()}
        self._files = {os.path.realpath(os.path.join(self._here, name)) for name in names}
        self._all = self._wanted is None or any(os.path.isdir(file) for file in self._files)

    def pytest_ignore_collect(self, collection_path: Any) -> Any:
        """True for a file that nothing was asked of."""
        if self._all or collection_path.name in ("__init__.py", "conftest.py") or collection_path.is_dir():
            return None
        return None if os.path.realpath(str(collection_path)) in self._files else True


def _text(report: Any) -> str:
    return str(getattr(report, "longreprtext", "") or "")


def _told(report: Any, outcome: str) -> dict[str, Any]:
    """Message, detail and places out of what pytest made of an exception."""
    shown = report.longrepr
    if outcome == "skipped":
        reason = getattr(report, "wasxfail", "") or (str(shown[2]) if isinstance(shown, tuple) else "")
        return {"message": channel.one_line(reason)}
    crash = getattr(shown, "reprcrash", None)
    steps = []
    for entry in getattr(getattr(shown, "reprtraceback", None), "reprentries", ()):
        where = getattr(entry, "reprfileloc", None)
        if where is not None:
            steps.append((where.path, where.lineno))
    text = _text(report)
    message = crash.message if crash is not None else (text.strip().splitlines() or [""])[-1]
    return {"message": channel.one_line(str(message)), "detail": text, "places": channel.places(steps)}
