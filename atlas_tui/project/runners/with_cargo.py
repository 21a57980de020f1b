"""cargo test: cargo builds, and the test programs are run one by one, by the JSON of libtest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atlas_tui.project import report
from atlas_tui.project.base import Outcome, TestCase
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import Channel, Order, Reading, Told, clean

_TARGETS = (
    "--lib",
    "--bin",
    "--bins",
    "--test",
    "--tests",
    "--example",
    "--examples",
    "--all-targets",
    "--benches",
)
_NOT_READ = (
    "--nocapture",
    "--no-capture",
    "--show-output",
    "-q",
    "--quiet",
    "--logfile",
    "--format",
    "--doc",
)
_ENVIRONMENT = {
    "CARGO_NET_OFFLINE": "true", "CARGO_BUILD_JOBS": "2", "RUST_BACKTRACE": "1", "CARGO_TERM_COLOR": "never",
    "RUST_TEST_THREADS": "2", "CARGO_INCREMENTAL": "0",
}  # fmt: skip
_ALL_PASSED, _SOME_FAILED = 0, 101
_ENDS = {"ok": Outcome.PASSED, "failed": Outcome.FAILED, "ignored": Outcome.SKIPPED, "timeout": None}


@dataclass(frozen=True, slots=True)
class Cargo:
    """See ``orders.Runner``. Ids are ``file::module::test`` with the root file of the target; a target that
    does not compile is a case of its own."""

    name: str = "cargo"
    caution: str = (
        "examples in documentation are not run; test programs tell results over their output: code that is "
        "made to deceive could forge them"
    )

    def fits(self, words: Sequence[str]) -> bool:
        """``cargo test``."""
        return said.program(words) == "cargo" and len(words) > 1 and words[1] in ("test", "t")

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """The filter, if there is one."""
        build, _ = _parts(words)
        return tuple(build[place] for place in said.positionals(build, "cargo"))

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """Every target is built, and of each only these tests are run."""
        build, after = _parts(words)
        filters = [build[place] for place in said.positionals(build, "cargo")]
        build = [
            word
            for word in build
            if word not in (*filters, "--no-run", "--no-fail-fast", "-q", "--quiet", "--doc")
        ]
        chosen = any(word.partition("=")[0] in _TARGETS for word in build)
        line = ("test", *build, *([] if chosen else ["--tests"]), "--no-run", "--message-format=json")
        names = [test.partition("::")[2] for test in tests]
        single = ["--exact", *names] if tests and all(names) else filters if not tests else []
        kept = said.without(after, _NOT_READ)
        programs = (*kept, *single, "-Z", "unstable-options", "--format=json", "--report-time")
        return Order(
            choices=((words[0], *line), ("cargo", *line)), channel=Channel.LINES, environment=_ENVIRONMENT,
            programs=programs,
        )  # fmt: skip

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """Messages of the compiler, then the events of each program, which must end as they say."""
        cases: list[TestCase] = []
        begun: dict[str, None] = {}
        suites: dict[str, str] = {}
        for value, tag in told.objects():
            if not tag:
                cases += _compiler(value)
            elif value.get("type") == "suite":
                suites[tag] = str(value.get("event"))
            elif value.get("type") == "test":
                _take(value, tag, cases, begun)
        fitting = {"ok": _ALL_PASSED, "failed": _SOME_FAILED}
        whole = bool(told.programs) and not told.why and not told.cut and not begun
        whole = whole and all(code == fitting.get(suites.get(tag, "")) for tag, code in told.programs)
        fault = ""
        if not told.programs and not told.why:
            fault = _not_built(told, bool(cases))
        return Reading(cases=tuple(cases), whole=whole, running=next(reversed(begun), ""), fault=fault)

    def file_of(self, test: str) -> str:
        """The root file of its target."""
        return test.partition("::")[0]


def _parts(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The arguments of cargo and those of the test programs."""
    rest = list(words[2:])
    place = rest.index("--") if "--" in rest else len(rest)
    return rest[:place], rest[place + 1 :]


def _take(value: dict[str, Any], tag: str, cases: list[TestCase], begun: dict[str, None]) -> None:
    name, event = f"{tag}::{clean(value.get('name', ''))}", value.get("event")
    if event == "started":
        begun[name] = None
        return
    outcome = _ENDS.get(str(event))
    if outcome is None:
        return
    begun.pop(name, None)
    printed = clean(value.get("stdout", "")) if outcome is Outcome.FAILED else ""
    places = [[file, int(line)] for file, line in _panics(printed)]
    lines = [line.strip() for line in printed.splitlines()]
    after = next((number for number, line in enumerate(lines) if " panicked at " in f" {line}"), -1)
    message = next((line for line in lines[after + 1 :] if line), "")
    cases.append(
        report.case(
            name, outcome, seconds=value.get("exec_time"), detail=printed, message=message, places=places
        )
    )


def _panics(text: str) -> list[tuple[str, str]]:
    found = []
    for line in text.splitlines():
        parts = line.strip().removeprefix("at ").rsplit(" panicked at ", 1)[-1].removeprefix("./").split(":")
        if (
            len(parts) >= 2
            and parts[0].endswith(".rs")
            and not parts[0].startswith("/")
            and parts[1].isdigit()
        ):
            found.append((parts[0], parts[1]))
    return list(dict.fromkeys(found))[::-1]


def _compiler(value: dict[str, Any]) -> list[TestCase]:
    """The first error of a target, as the case of its root file."""
    message, target = value.get("message"), value.get("target")
    if (
        value.get("reason") != "compiler-message"
        or not isinstance(message, dict)
        or not isinstance(target, dict)
    ):
        return []
    spans = [one for one in message.get("spans") or () if isinstance(one, dict) and one.get("is_primary")]
    if message.get("level") != "error" or not spans:
        return []
    places = [[one.get("file_name"), one.get("line_start")] for one in spans]
    source = clean(target.get("src_path", ""))
    path = source.partition("/tree/")[2] or source
    said, detail = message.get("message", ""), message.get("rendered", "")
    return [report.case(path, Outcome.ERROR, message=said, detail=detail, places=places)]


def _not_built(told: Told, compiled: bool) -> str:
    if compiled:
        return "it does not compile, so no test was run"
    return f"cargo built no test: {said.complaint(told.printed)}" if told.code else "cargo found no tests"
