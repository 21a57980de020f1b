"""Reports as hostile as they may be, and what is made of them."""

from __future__ import annotations

import json
import struct

import pytest

from atlas_tui.project import report
from atlas_tui.project.base import Outcome, Report, TestCase, within
from atlas_tui.project.runners import known
from atlas_tui.project.runners.orders import Told, told


def case(test: str, outcome: Outcome = Outcome.PASSED) -> TestCase:
    return TestCase(id=test, outcome=outcome)


def frame(**values: object) -> bytes:
    text = json.dumps(values).encode()
    return struct.pack(">I", len(text)) + text


def lines(*values: object, tag: str = "") -> Told:
    texts = [one if isinstance(one, str) else json.dumps(one) for one in values]
    return Told(lines=tuple((text, tag) for text in texts), ended=True, code=0)


# --- the frames of the controller


def test_frames_that_are_cut_end_the_report() -> None:
    whole = frame(kind="line", text="a", tag=None) + frame(kind="end", code=0, why="", printed="x\ud800")
    assert told(whole).ended
    assert told(whole).printed == "x?"
    for size in range(len(whole)):
        found = told(whole[:size])
        assert not found.ended
        assert len(found.lines) <= 1
    assert told(b"\xff" * 50) == Told()
    assert told(struct.pack(">I", 3) + b"[1]") == Told()


# --- cases


def test_of_a_test_that_is_told_twice_the_worst_counts() -> None:
    found = report.by_id(
        [case("a", Outcome.FAILED), case("a"), case("b"), case("b", Outcome.ERROR), case("")]
    )
    assert {test: one.outcome for test, one in found.items()} == {"a": Outcome.FAILED, "b": Outcome.ERROR}


def test_values_of_any_kind_become_a_case() -> None:
    for odd in (None, 3, [1], {"a": 1}, "x\ud800\0", float("nan"), True, "y" * 100_000):
        made = report.case(odd, Outcome.FAILED, seconds=odd, message=odd, detail=odd, places=odd)
        made.id.encode()
        assert made.seconds >= 0
        assert len(made.id) <= 2_000 and len(made.message) <= 500 and len(made.detail) <= 8_100
        assert "\n" not in made.message
    places = [["a.py", 3], ["b.py"], ["c.py", "4"], ["d.py", -1], 5, ["e.py", 2]]
    assert report.case("x", Outcome.FAILED, places=places).places == (("a.py", 3), ("e.py", 2))


def test_details_are_kept_within_bounds() -> None:
    many = (report.case(f"t{number}", Outcome.FAILED, detail="x" * 8_000) for number in range(2_000))
    found = report.by_id(many)
    assert len(found) == 2_000
    assert sum(len(one.detail) for one in found.values()) <= 4_000_000


def test_our_reporters_are_read_strictly() -> None:
    found = report.reported(
        lines(
            {"kind": "start", "id": "a"}, {"kind": "case", "id": "a", "outcome": "passed"}, "no json", "[1]",
            {"kind": "case", "id": "b", "outcome": "great"}, {"kind": "start", "id": "c"},
            {"kind": "end", "whole": True},
        )
    )  # fmt: skip
    assert [(one.id, one.outcome) for one in found.cases] == [("a", Outcome.PASSED), ("b", Outcome.ERROR)]
    assert (found.whole, found.running) == (False, "c")
    assert not report.reported(lines({"kind": "end", "whole": 1})).whole


# --- groups


def test_a_file_that_could_not_be_collected_passes_with_all_its_tests() -> None:
    cases = {"t.py::a": case("t.py::a"), "t.py::b": case("t.py::b", Outcome.SKIPPED)}
    assert Report(cases=cases, whole=True).passed("t.py")
    assert not Report(cases=cases, whole=False).passed("t.py")
    assert not Report(cases=cases | {"t.py::c": case("t.py::c", Outcome.FAILED)}, whole=True).passed("t.py")
    assert not Report(cases=cases | {"t.py": case("t.py", Outcome.ERROR)}, whole=True).passed("t.py")
    assert not Report(cases={"t.py::b": cases["t.py::b"]}, whole=True).passed("t.py")
    assert not Report(cases=cases, whole=True).passed("other.py")


@pytest.mark.parametrize(
    ("test", "group", "expected"),
    [("a/t.py::x", "a", True), ("a/t.py::x", "a/", True), ("ab/t.py::x", "a", False), ("a", "a", True),
     ("t.py::x[1]", "t.py::x", True), ("t.py::xy", "t.py::x", False), ("m.T.x", "m", True),
     ("a.js::s > t", "a.js::s", True)],
)  # fmt: skip
def test_what_lies_in_what(test: str, group: str, expected: bool) -> None:
    assert within(test, group) is expected


# --- JUnit


def test_junit() -> None:
    found = report.junit(
        '<testsuites><testsuite name="s"><testcase classname="a.B" name="x" time="0.5"/>'
        '<testcase classname="a.B" name="y"><failure message="m">  at B.y(B.java:3)</failure></testcase>'
        '<testcase name="z"><skipped/></testcase>'
        '<testcase file="f.py" name="e"><error>E1\nE2</error></testcase>'
        "</testsuite></testsuites>"
    )
    assert [(one.id, one.outcome, one.message) for one in found] == [
        ("a.B::x", Outcome.PASSED, ""), ("a.B::y", Outcome.FAILED, "m"), ("z", Outcome.SKIPPED, ""),
        ("f.py::e", Outcome.ERROR, "E1"),
    ]  # fmt: skip
    assert found[0].seconds == 0.5


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><s><testcase name="&c;"/></s>'


@pytest.mark.parametrize(
    "text",
    ["", "<a>", "no", BOMB, '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "<a>" * 1_000,
     "<testcase name='&x;'/>", "<a>\0</a>", "\ud800"],
)  # fmt: skip
def test_junit_that_is_refused(text: str) -> None:
    with pytest.raises(report.BadReport):
        report.junit(text)


# --- tools whose formats are read from their documents, or older than what is here


def test_jest() -> None:
    results = [
        {"name": "/tree/a.test.js", "status": "failed", "assertionResults": [
            {"ancestorTitles": ["s", "t"], "title": "x", "status": "passed", "duration": 5},
            {"ancestorTitles": [], "title": "y", "status": "failed",
             "failureMessages": ["\x1b[31mError\x1b[39m: no\n    at f (/tree/src/a.js:3:5)\n"
                                 "    at /tree/node_modules/j.js:1:1"]},
            {"ancestorTitles": [], "title": "z", "status": "todo"}]},
        {"name": "/tree/b.test.js", "status": "failed", "message": "SyntaxError: x", "assertionResults": []},
    ]  # fmt: skip
    files = (("", json.dumps({"testResults": results})),)
    read = known.named("jest").read(Told(files=files, ended=True, code=1), ("jest",))
    assert [(one.id, one.outcome) for one in read.cases] == [
        ("a.test.js::s > t > x", Outcome.PASSED), ("a.test.js::y", Outcome.FAILED),
        ("a.test.js::z", Outcome.SKIPPED), ("b.test.js", Outcome.ERROR),
    ]  # fmt: skip
    assert read.cases[1].message == "Error: no"
    assert read.cases[1].places == (("src/a.js", 3),)
    assert read.whole


def test_mocha() -> None:
    value = {
        "passes": [{"title": "in", "fullTitle": "suite in", "file": "/tree/m/a.spec.js", "duration": 2}],
        "failures": [{"title": "top", "fullTitle": "top", "file": "/tree/m/a.spec.js",
                      "err": {"stack": "AssertionError: -1 == 3\n    at Context.f (m/a.spec.js:2:5)"}}],
        "pending": [{"title": "x", "fullTitle": "suite x", "file": "/tree/m/a.spec.js"}],
    }  # fmt: skip
    read = known.named("mocha").read(Told(files=(("", json.dumps(value)),), ended=True, code=1), ("mocha",))
    assert [(one.id, one.outcome, one.message) for one in read.cases] == [
        ("m/a.spec.js::suite > in", Outcome.PASSED, ""),
        ("m/a.spec.js::top", Outcome.FAILED, "AssertionError: -1 == 3"),
        ("m/a.spec.js::suite > x", Outcome.SKIPPED, ""),
        ("mocha", Outcome.PASSED, ""),
    ]


def test_mocha_that_cannot_load_a_file_is_a_test_that_fails() -> None:
    printed = " Exception during run: /tree/lib/a.js:6\n  f(;\n\nSyntaxError: Unexpected token ';'\n"
    read = known.named("mocha").read(Told(ended=True, code=1, printed=printed), ("mocha", "t"))
    assert [(one.id, one.outcome) for one in read.cases] == [("mocha t", Outcome.FAILED)]
    assert read.cases[0].places == (("/tree/lib/a.js", 6),) and "Unexpected token" in read.cases[0].message
    assert not known.named("mocha").read(Told(ended=True, why="time"), ("mocha", "t")).cases
    order = known.named("mocha").order(("mocha", "t"), ["mocha t"])
    assert order.choices[0][-1] == "t"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"testResults": 3}', '{"a": 1}{"b": 2}', "[" * 100_000]
)
@pytest.mark.parametrize("name", ["jest", "vitest", "mocha"])
def test_a_document_that_is_no_report(name: str, text: str) -> None:
    read = known.named(name).read(Told(files=(("", text),), ended=True, code=0), (name,))
    assert read.fault
    assert not read.whole


def test_go_cannot_be_made_to_forget_a_failure() -> None:
    events = [
        {"Action": "run", "Package": "m/p", "Test": "TestA"},
        {"Action": "pass", "Package": "m/p", "Test": "TestA"},
        {"Action": "fail", "Package": "m/p", "Test": "TestA"},
        {"Action": "pass", "Package": "m/p", "Test": "TestA"},
        {"Action": "run", "Package": "m/p", "Test": "TestB"},
        {
            "Action": "build-output",
            "ImportPath": "m/q [m/q.test]",
            "Output": "q/q_test.go:3:2: undefined: x\n",
        },
        {"Action": "fail", "Package": "m/q"},
    ]
    read = known.named("go").read(lines(*events), ("go", "test"))
    found = report.by_id(read.cases)
    assert found["m/p.TestA"].outcome is Outcome.FAILED
    assert found["m/q"].outcome is Outcome.ERROR
    assert found["m/q"].places == (("q/q_test.go", 3),)
    assert (read.whole, read.running) == (False, "m/p.TestB")


def test_go_selects_by_package_and_name() -> None:
    go = known.named("go")
    words = go.order(
        ("go", "test", "-race", "./..."), ["m/p.TestA/x y", "m/p.TestB", "m.io/q.TestA"]
    ).choices[0]
    assert words == ("go", "test", "-json", "-count=1", "-race", "-run", "^(TestA|TestB)$", "m/p", "m.io/q")
    assert "-run" not in go.order(("go", "test", "./..."), ["m/p"]).choices[0]


def test_cargo_needs_the_end_that_fits_the_exit_code() -> None:
    cargo = known.named("cargo")
    events = [
        {"type": "suite", "event": "started"}, {"type": "test", "event": "started", "name": "a"},
        {"type": "test", "event": "ok", "name": "a"}, {"type": "suite", "event": "ok"},
    ]  # fmt: skip
    good = Told(
        lines=lines(*events, tag="src/lib.rs").lines, programs=(("src/lib.rs", 0),), ended=True, code=0
    )
    assert cargo.read(good, ("cargo", "test")).whole
    left = Told(lines=good.lines[:3], programs=(("src/lib.rs", 0),), ended=True, code=0)
    assert not cargo.read(left, ("cargo", "test")).whole
    killed = Told(lines=good.lines, programs=(("src/lib.rs", -9),), ended=True, code=-9)
    assert not cargo.read(killed, ("cargo", "test")).whole


def test_cargo_that_does_not_compile() -> None:
    message = {
        "reason": "compiler-message", "target": {"src_path": "/tree/tests/api.rs"},
        "message": {"level": "error", "message": "cannot find function `f`", "rendered": "error...",
                    "spans": [{"is_primary": True, "file_name": "tests/api.rs", "line_start": 2}]},
    }  # fmt: skip
    read = known.named("cargo").read(
        Told(lines=lines(message, "{}").lines, ended=True, code=101), ("cargo", "test")
    )
    assert [(one.id, one.outcome, one.places) for one in read.cases] == [
        ("tests/api.rs", Outcome.ERROR, (("tests/api.rs", 2),))
    ]
    assert "does not compile" in read.fault
