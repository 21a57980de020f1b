"""Maven and Gradle: what is asked of them, and what is read of their reports."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.project.environment import find_environment
from atlas_tui.project.listing import list_files
from atlas_tui.project.runners import known
from atlas_tui.project.runners.orders import Told
from atlas_tui.project.testing import run_tests
from tests.project.suites import LIMITS, laid, opened, outcomes, project

SUITE = """<?xml version="1.0"?>
<testsuite name="org.example.CartTest" tests="3">
  <testcase name="plain" classname="org.example.CartTest" time="0.1"/>
  <testcase name="once" classname="org.example.CartTest" time="0.1">
    <failure message="expected: &lt;8&gt; but was: &lt;6&gt;" type="Error"><![CDATA[Error: expected
	at org.junit.jupiter.api.AssertEquals.fail(AssertEquals.java:5)
	at org.example.CartTest.once(CartTest.java:22)
	at org.example.Cart.total(Cart.java:7)
]]></failure>
  </testcase>
  <testcase name="in" classname="org.example.CartTest$Inner" time="0"><skipped/></testcase>
</testsuite>
"""
REPORT = ("a/target/surefire-reports/TEST-org.example.CartTest.xml", SUITE)
WORDS = ("mvn", "test")
CASES = ["org.example.CartTest::plain", "org.example.CartTest::once", "org.example.CartTest$Inner::in"]


def test_reports_of_maven() -> None:
    read = known.of(WORDS).read(Told(files=(REPORT,), ended=True, code=0), WORDS)
    assert [case.id for case in read.cases] == [*CASES, "mvn test"]
    assert [str(case.outcome) for case in read.cases] == ["passed", "failed", "skipped", "passed"]
    assert read.whole and ("a/src/test/java/org/example/CartTest.java", 22) in read.cases[1].places
    assert ("a/src/main/java/org/example/Cart.java", 7) in read.cases[1].places


def test_a_build_of_maven_that_fails_is_a_test_as_well() -> None:
    printed = "[INFO] x\n[ERROR] /tree/a/src/main/java/A.java:[5,9] ';' expected\n"
    read = known.of(WORDS).read(Told(ended=True, code=1, printed=printed), WORDS)
    assert [(case.id, str(case.outcome)) for case in read.cases] == [("mvn test", "failed")]
    assert read.cases[0].places == (("/tree/a/src/main/java/A.java", 5),)
    assert "';' expected" in read.cases[0].message


def test_what_was_never_downloaded_is_said() -> None:
    printed = (
        "Cannot access central in offline mode and the artifact x:y:jar:1 has not been downloaded from it"
    )
    read = known.of(WORDS).read(Told(ended=True, code=1, printed=printed), WORDS)
    assert not read.cases and read.fault.startswith("x:y:jar:1 was never downloaded")


def test_gradle_whose_reports_tell_of_no_failure_is_one_test() -> None:
    words, good = ("gradle", "test"), SUITE.replace("failure", "system-out")
    files = (("build/test-results/test/TEST-a.xml", good),)
    read = known.of(words).read(Told(files=files, ended=True, code=1, printed="FAILURE: x"), words)
    assert [(case.id, str(case.outcome)) for case in read.cases] == [("gradle test", "failed")]
    read = known.of(words).read(Told(files=(REPORT,), ended=True, code=1), words)
    assert [case.id for case in read.cases] == CASES


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mvn test", "mvn test -Dtest=a.CartTest*"),
        ("./mvnw -q verify -Dtest=X", "./mvnw -q verify -Dtest=a.CartTest*"),
        ("./gradlew :app:test", "gradle :app:test --tests a.CartTest*"),
    ],
)
def test_classes_are_selected(line: str, expected: str) -> None:
    words = tuple(shlex.split(line))
    order = known.of(words).order(words, ["a.CartTest::once", "a.CartTest$Inner::in"])
    assert set(expected.split()) <= set(order.choices[0])
    assert "-Dtest=X" not in order.choices[0]
    assert not any("CartTest" in word for word in known.of(words).order(words, [line]).choices[0])


def test_all_modules_of_gradle_are_tested_as_a_whole() -> None:
    """In those that have none of the classes it would fail for that."""
    words = ("gradle", "test")
    assert "--tests" not in known.of(words).order(words, ["a.CartTest::once"]).choices[0]


@pytest.mark.parametrize("line", ["mvn clean", "gradle assemble", "mvn dependency:tree"])
def test_what_runs_no_tests_is_a_command(line: str) -> None:
    assert known.of(tuple(line.split())).name == "command"


def test_what_was_downloaded_is_shown_and_no_settings(tmp_path: Path) -> None:
    if shutil.which("javac") is None:
        pytest.skip("needs a JDK")
    root, home = laid(tmp_path / "tree", {"pom.xml": "<project/>"}), tmp_path / "home"
    laid(
        home / ".m2",
        {"settings.xml": "<settings><password>x</password></settings>", "repository/a/a.jar": ""},
    )
    for folder in (tmp_path, home, home / ".m2", home / ".m2" / "repository"):
        folder.chmod(0o755)
    given = {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    found = find_environment(root, list_files(root), ["mvn"], given)
    assert str(home / ".m2") not in found.shown
    variables = dict(found.variables)
    if any(note.startswith("Maven: what lies in") for note in found.notes):  # else only root may enter there
        assert str(home / ".m2/repository") in found.shown
        assert variables["MAVEN_OPTS"] == f"-Dmaven.repo.local={home}/.m2/repository"


BUILD = """apply plugin: 'java'
repositories { flatDir { dirs '/usr/share/java' } }
dependencies { testCompile name: 'junit4'; testCompile name: 'hamcrest-core' }
"""
TEST = """import static org.junit.Assert.assertEquals;
import org.junit.Test;
public class CartTest {
    @Test public void plain() { assertEquals(3, Cart.total(3, 0)); }
    @Test public void once() { assertEquals(8, Cart.total(10, 2)); }
}
"""
CART = "public class Cart {\n    static int total(int a, int b) { return a - b - b; }\n}\n"


@pytest.mark.slow
@pytest.mark.asyncio
async def test_gradle(tmp_path: Path) -> None:
    if shutil.which("gradle") is None or not Path("/usr/share/java/junit4.jar").is_file():
        pytest.skip("needs Gradle and JUnit of the system")
    tree = laid(tmp_path, {
        "build.gradle": BUILD, "src/main/java/Cart.java": CART, "src/test/java/CartTest.java": TEST,
    })  # fmt: skip
    suite = project(tree, "gradle test")
    found = find_environment(tree, list_files(tree), ["gradle"])
    suite = replace(suite, shown=found.shown, environment=found.variables)
    limits = replace(LIMITS, cpu_seconds=120.0)
    async with opened() as sandbox:
        ran = await run_tests(sandbox, suite, limits=limits)
        if "org.gradle" in ran.printed and not ran.cases:
            pytest.skip("this Gradle does not work without a network")
    assert outcomes(ran) == {"CartTest::plain": "passed", "CartTest::once": "failed"}
    assert ran.cases["CartTest::once"].places[-1] == ("src/test/java/CartTest.java", 5)
    assert ran.whole and not ran.fault
