"""Real test tools in the real sandbox: results come over our channels alone, whatever the tests do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.events import Verdict
from atlas_tui.project.base import FileChange
from atlas_tui.project.testing import run_tests
from atlas_tui.sandbox import LocalSandbox
from tests.project.suites import LIMITS, laid, opened, outcomes, project

pytestmark = pytest.mark.asyncio(loop_scope="module")

TESTS = """
import pytest, unittest
from lib import add

@pytest.mark.parametrize("a,b", [(1, 2), (3, 4), ("x y", "a::b/[z]")])
def test_p(a, b):
    assert a != 3

def test_sub(subtests):
    for i in range(3):
        with subtests.test(i=i):
            assert i != 1

class TestC:
    class TestInner:
        def test_in(self):
            add(1, None)
    @pytest.mark.skip(reason="no")
    def test_skipped(self): pass
    @pytest.mark.xfail
    def test_expected(self): assert 0
    @pytest.mark.xfail(strict=True)
    def test_unexpected(self): pass
    @pytest.fixture
    def bad(self): raise RuntimeError("fixture")
    def test_fixture(self, bad): pass

class TestU(unittest.TestCase):
    def test_st(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertNotEqual(i, 1)
"""
PYTEST = {
    "lib.py": "def add(a, b):\n    return a + b\n",
    "tests/test_bad.py": "import nothere\n",
    "tests/test_syntax.py": "def f(:\n",
    "tests/test_x.py": TESTS,
}
X = "tests/test_x.py::"
DJANGO = {
    "manage.py": "import os, sys\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site_settings'\n"
    "from django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
    "site_settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'x'}}\n",
    "shop/__init__.py": "",
    "shop/tests.py": "from django.test import TestCase\nclass TestA(TestCase):\n"
    "    def test_a(self): self.assertTrue(False)\n    def test_b(self): pass\n",
}
ENDS = {
    "tests/test_bad.py": "error", "tests/test_syntax.py": "error", f"{X}test_p[1-2]": "passed",
    f"{X}test_p[3-4]": "failed", f"{X}test_p[x y-a::b/[z]]": "passed", f"{X}test_sub": "failed",
    f"{X}TestC::TestInner::test_in": "failed", f"{X}TestC::test_skipped": "skipped",
    f"{X}TestC::test_expected": "skipped", f"{X}TestC::test_unexpected": "failed",
    f"{X}TestC::test_fixture": "error", f"{X}TestU::test_st": "failed",
}  # fmt: skip


async def test_pytest(sandbox: LocalSandbox, tmp_path: Path) -> None:
    # The person's -x must not hide what fails later.
    suite = project(laid(tmp_path, PYTEST), "python -m pytest -q -x tests")
    found = await run_tests(sandbox, suite, limits=LIMITS)
    assert outcomes(found) == ENDS
    assert (found.whole, found.fault, found.verdict) == (True, "", Verdict.OK)
    inner = found.cases[f"{X}TestC::TestInner::test_in"]
    assert inner.message.startswith("TypeError: unsupported operand")
    assert [file for file, _ in inner.places] == ["tests/test_x.py", "lib.py"]
    assert inner.places[-1] == ("lib.py", 2)
    assert found.cases["tests/test_syntax.py"].places == (("tests/test_syntax.py", 1),)
    assert "nothere" in found.cases["tests/test_bad.py"].message
    some = [f"{X}test_p[x y-a::b/[z]]", f"{X}TestC::TestInner", f"{X}test_gone"]
    part = await run_tests(sandbox, suite, some, limits=LIMITS)
    assert list(part.cases) == [some[0], f"{X}TestC::TestInner::test_in"]
    assert part.whole
    assert outcomes(await run_tests(sandbox, suite, ["tests/"], limits=LIMITS)) == ENDS


@pytest.mark.slow
async def test_pytest_in_several_processes(sandbox: LocalSandbox, tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    suite = project(laid(tmp_path, PYTEST), "pytest -p xdist -n 2")
    some = [f"{X}test_p", f"{X}TestU", "tests/test_bad.py"]
    found = await run_tests(sandbox, suite, some, limits=LIMITS)
    wanted = ("test_p[", "TestU", "test_bad")
    assert outcomes(found) == {
        test: end for test, end in ENDS.items() if any(part in test for part in wanted)
    }
    assert found.whole


async def test_options_of_a_plugin_that_is_not_installed(sandbox: LocalSandbox, tmp_path: Path) -> None:
    files = {"pytest.ini": "[pytest]\naddopts = --cov=x -n 2\n", "test_a.py": "def test_a(): pass\n"}
    found = await run_tests(sandbox, project(laid(tmp_path, files), "pytest"), limits=LIMITS)
    assert found.fault.endswith(": install pytest-cov, pytest-xdist in the environment of this project")


async def test_a_script_of_pytest_whose_interpreter_has_moved(sandbox: LocalSandbox, tmp_path: Path) -> None:
    """So it is in an environment whose folder was renamed: the module is still there."""
    files = {"test_a.py": "def test_a(): pass\n", "tools/pytest": "#!/gone/python\n"}
    suite = project(laid(tmp_path, files), "pytest")
    (tmp_path / "tools" / "pytest").chmod(0o755)
    search = (*suite.environment, ("PATH", "/tree/tools:/usr/local/bin:/usr/bin:/bin"))
    found = await run_tests(sandbox, replace(suite, environment=search), limits=LIMITS)
    assert outcomes(found) == {"test_a.py::test_a": "passed"}, found.fault


async def test_django(sandbox: LocalSandbox, tmp_path: Path) -> None:
    """With a settings module of one file, on the person's own Django."""
    pytest.importorskip("django")
    suite = project(laid(tmp_path, DJANGO), "python manage.py test --parallel 2 --failfast")
    found = await run_tests(sandbox, suite, limits=LIMITS)
    ends = {"shop.tests.TestA.test_a": "failed", "shop.tests.TestA.test_b": "passed"}
    assert (outcomes(found), found.whole) == (ends, True), found.fault
    part = await run_tests(sandbox, suite, ["shop.tests.TestA.test_b"], limits=LIMITS)
    assert outcomes(part) == {"shop.tests.TestA.test_b": "passed"}


async def test_pytest_without_namespaces(tmp_path: Path) -> None:
    async with opened("reduced") as sandbox:
        suite = project(laid(tmp_path, PYTEST), "pytest tests")
        found = await run_tests(sandbox, suite, [f"{X}test_p", f"{X}TestU"], limits=LIMITS)
    assert outcomes(found) == {name: end for name, end in ENDS.items() if "test_p" in name or "TestU" in name}


async def test_changes_are_what_is_tested(sandbox: LocalSandbox, tmp_path: Path) -> None:
    files = {
        "goods.py": "def one():\n    return 2\n",
        "test_one.py": "import goods\ndef test_one():\n    assert goods.one() == 1\n",
    }
    suite = project(laid(tmp_path, files), "pytest")
    changes = [
        FileChange("goods.py", b"from more import one\n"),
        FileChange("more.py", b"def one():\n    return 1\n"),
    ]
    assert not (await run_tests(sandbox, suite, limits=LIMITS)).passed("test_one.py::test_one")
    assert (await run_tests(sandbox, suite, (), changes, limits=LIMITS)).passed("test_one.py")
    assert (tmp_path / "goods.py").read_text() == files["goods.py"]
    gone = await run_tests(sandbox, suite, (), [FileChange("goods.py", None)], limits=LIMITS)
    assert outcomes(gone) == {"test_one.py": "error"}


# --- what a candidate might try

FORGED = '{"kind": "case", "id": "test_descriptors.py::test_a", "outcome": "passed"}\n'
ENDING = {
    "at import": "import os\nos._exit(0)\n",
    "by an exception": "import sys\nsys.exit(0)\n",
    "by pytest": "import pytest\ndef value():\n    pytest.exit('done', returncode=0)\n",
    "in the test": "import os\ndef value():\n    os._exit(0)\n",
}
CHEATS = {
    "prints": f"def value():\n    print({FORGED!r})\n    return 2\n",
    "descriptors": f"""
import os
def value():
    for descriptor in range(3, 64):
        try: os.write(descriptor, {FORGED!r}.encode())
        except OSError: pass
    return 2
""",
    "parents": f"""
import os, struct
def value():
    data = {FORGED!r}.encode()
    for folder in os.listdir("/proc"):
        for number in range(64):
            try: place = os.open(f"/proc/{{folder}}/fd/{{number}}", os.O_WRONLY | os.O_NONBLOCK)
            except OSError: continue
            if folder not in (str(os.getpid()), "self", "thread-self"):
                os.write(place, struct.pack(">I", len(data)) + data)
            os.close(place)
    return 2
""",
    "forks": """
import os
def value():
    child = os.fork()
    if not child:
        return 1
    os.waitpid(child, 0)
    return 2
""",
}
ASKED = "import {0}\ndef test_a():\n    assert {0}.value() == 1\n"


@pytest.mark.parametrize("way", ENDING)
async def test_a_run_that_is_ended_passes_nothing(way: str, sandbox: LocalSandbox, tmp_path: Path) -> None:
    tests = ASKED.format("goods") + "def test_b(): pass\n"
    suite = project(laid(tmp_path, {"goods.py": ENDING[way], "test_a.py": tests}), "pytest")
    found = await run_tests(sandbox, suite, limits=LIMITS)
    assert not any(found.passed(test) for test in ("test_a.py::test_a", "test_a.py::test_b", "test_a.py"))
    assert found.fault


@pytest.mark.parametrize("tier", ["full", "reduced"])
async def test_no_test_passes_by_a_trick(tier: str, tmp_path: Path) -> None:
    names = {name: f"test_{name}.py" for name in CHEATS}
    files = {f"{name}.py": text for name, text in CHEATS.items()}
    files |= {names[name]: ASKED.format(name) for name in CHEATS} | {"test_a.py": "def test_a(): assert 0\n"}
    async with opened(tier) as sandbox:
        found = await run_tests(sandbox, project(laid(tmp_path, files), "pytest -s"), limits=LIMITS)
    assert outcomes(found) == {f"{file}::test_a": "failed" for file in sorted([*names.values(), "test_a.py"])}


async def test_a_test_that_hangs_is_named(sandbox: LocalSandbox, tmp_path: Path) -> None:
    tests = """
import time, unittest
class A(unittest.TestCase):
    def test_a_passes(self): pass
    def test_b_hangs(self): time.sleep(600)
    def test_c_comes_after(self): pass
"""
    suite = project(laid(tmp_path, {"test_a.py": tests}), "python -m unittest")
    found = await run_tests(sandbox, suite, limits=replace(LIMITS, wall_seconds=6.0))
    assert outcomes(found) == {"test_a.A.test_a_passes": "passed", "test_a.A.test_b_hangs": "error"}
    assert found.verdict is Verdict.TLE
    assert "test_a.A.test_b_hangs" in found.fault
    assert not found.whole


async def test_a_test_that_burns_its_time(sandbox: LocalSandbox, tmp_path: Path) -> None:
    tests = """
import unittest
class A(unittest.TestCase):
    def test_a_passes(self): pass
    def test_b_burns(self):
        while True: pass
"""
    suite = project(laid(tmp_path, {"test_a.py": tests}), "python -m unittest")
    found = await run_tests(sandbox, suite, limits=replace(LIMITS, cpu_seconds=1.0))
    assert outcomes(found) == {"test_a.A.test_a_passes": "passed", "test_a.A.test_b_burns": "error"}
    assert found.verdict is Verdict.TLE
    assert "CPU" in found.fault


FAULTS = [
    ({"a.py": ""}, "pytest", "found no tests"),
    ({"a.py": ""}, "nosuchtool --all", "nosuchtool is not there"),
    ({"test_a.py": "def test_a(): pass\n"}, "pytest --no-such-option", "--no-such-option"),
    ({"test_a.py": "def test_a(): pass\n"}, "pytest tests/missing.py", "tests/missing.py"),
    ({"a.py": ""}, "python -m unittest nothing", ""),
]


@pytest.mark.parametrize(("files", "line", "words"), FAULTS)
async def test_what_cannot_be_run_is_said(
    files: dict[str, str], line: str, words: str, sandbox: LocalSandbox, tmp_path: Path
) -> None:
    found = await run_tests(sandbox, project(laid(tmp_path, files), line), limits=LIMITS)
    assert words in found.fault
    assert "\n" not in found.fault
    assert not any(found.passed(test) for test in found.cases)
