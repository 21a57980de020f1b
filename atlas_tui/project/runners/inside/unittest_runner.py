"""``python -m unittest`` that tells the controller each result; a module that takes the same arguments."""

from __future__ import annotations

import re
import sys
import time
import traceback
import unittest

from . import channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NOT_LOADED = re.compile(r"^unittest\.loader\._FailedTest\.")
_STEP = re.compile(r'^\s*File "(?P<file>[^"\n]+)", line (?P<line>\d+)', re.M)
_FIXTURE = re.compile(r"^\w+ \((?P<name>[^()]+)\)$")


def _name(test: Any) -> str:
    """The id of a test; that of its class or module where their fixture, or their import, failed."""
    told = _NOT_LOADED.sub("", str(test.id()))
    fixture = _FIXTURE.match(told)
    return channel.name(fixture["name"] if fixture else told)


def _not_loaded(text: str) -> dict[str, Any]:
    """What the loader says of a module: the traceback is in the message."""
    lines = [line for line in text.splitlines() if line.strip()]
    steps = [(one["file"], int(one["line"])) for one in _STEP.finditer(text)]
    return {
        "message": channel.one_line(lines[-1] if lines else ""),
        "detail": text,
        "places": channel.places(steps),
    }


class Result(unittest.TestResult):
    """Tells each test when it has ended."""

    def __init__(self, tell: Any) -> None:
        super().__init__()
        self._tell = tell
        self._case: Any = None
        self._started = 0.0
        self.ended = 0

    def startTest(self, test: Any) -> None:
        """So that it is known which test hung."""
        super().startTest(test)
        self._case, self._started = {"outcome": ""}, time.monotonic()
        self._tell("start", id=_name(test))

    def stopTest(self, test: Any) -> None:
        """Tell the test."""
        super().stopTest(test)
        case, self._case = self._case, None
        self.ended += 1
        case["outcome"] = case["outcome"] or "error"
        self._tell("case", id=_name(test), seconds=time.monotonic() - self._started, **case)

    def _note(self, test: Any, outcome: str, error: Any = None, words: str = "") -> None:
        case = self._case
        if case is None:  # a fixture of a class or a module
            case = {"outcome": ""}
        if case["outcome"] in ("error", "failed"):
            return
        case["outcome"] = outcome
        case["message"] = channel.one_line(words)
        if error is not None:
            kind, value, trace = error
            steps = [(step.filename, step.lineno or 0) for step in traceback.extract_tb(trace)]
            if isinstance(value, SyntaxError) and value.filename:
                steps.append((value.filename, value.lineno or 1))
            case["message"] = channel.one_line("".join(traceback.format_exception_only(kind, value)[-1:]))
            case["detail"] = self._exc_info_to_string(error, test)  # type: ignore[attr-defined]
            case["places"] = channel.places(steps)
            if _NOT_LOADED.match(str(test.id())):
                case.update(_not_loaded(str(value)))
        if self._case is None:
            self._tell("case", id=_name(test), seconds=0.0, **case)

    def addSuccess(self, test: Any) -> None:
        self._note(test, "passed")

    def addError(self, test: Any, err: Any) -> None:
        super().addError(test, err)
        self._note(test, "error", err)

    def addFailure(self, test: Any, err: Any) -> None:
        super().addFailure(test, err)
        self._note(test, "failed", err)

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        self._note(test, "skipped", words=reason)

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        super().addExpectedFailure(test, err)
        self._note(test, "skipped", words="failed as expected")

    def addUnexpectedSuccess(self, test: Any) -> None:
        super().addUnexpectedSuccess(test)
        self._note(test, "failed", words="passed, which was not expected")

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            failed = issubclass(err[0], test.failureException)
            self._note(test, "failed" if failed else "error", err)


class Runner:
    """What ``unittest.main`` runs a suite with."""

    def __init__(self, tell: Any) -> None:
        self._tell, self._wanted = tell, channel.wanted()

    def run(self, suite: Any) -> Result:
        """The tests that were asked for."""
        if self._wanted is not None:
            _leave(suite, set(self._wanted))
        number = suite.countTestCases()
        self._tell("selected", number=number)
        result = Result(self._tell)
        suite(result)
        self._tell("end", whole=not result.shouldStop, status=int(not result.wasSuccessful()))
        return result


def _leave(suite: Any, wanted: set[str]) -> None:
    kept = []
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            _leave(one, wanted)
            kept.append(one)
        elif _NOT_LOADED.match(str(one.id())) or channel.asked_for(_name(one), wanted, (".",)):
            kept.append(one)
    suite._tests = kept


def main() -> None:
    """Run as ``python -m unittest`` would with these arguments."""
    tell = channel.claim()
    if tell is None:
        raise SystemExit("this is started by its controller only")
    arguments = ["python -m unittest", *sys.argv[1:]]
    unittest.main(module=None, argv=arguments, testRunner=Runner(tell))


if __name__ == "__main__":
    main()
