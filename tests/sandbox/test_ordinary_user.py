"""When root runs the tests, a part of them again as somebody else: other ways of starting, other rights."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

USER = 12345
ROOT = Path(__file__).parents[2]
AS_USER: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []}
PART = "signals or answer_then or stdout or attributes or limits or fork or home or network"


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="atlas-tests-") as name:
        os.chown(name, USER, USER)
        yield Path(name)


def interpreter(home: Path) -> list[str]:
    """One that the user can run with our packages; skips the test where there is none."""
    packages = os.pathsep.join([str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))])
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for path in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        line = ["/usr/bin/env", "-i", f"HOME={home}", f"TMPDIR={home}", "PATH=/usr/bin:/bin",
                "PYTHONDONTWRITEBYTECODE=1", f"PYTHONPATH={packages}", path]  # fmt: skip
        try:
            tried = subprocess.run([*line, "-c", "import pytest, psutil, pydantic, atlas_tui.sandbox.client"],
                                   capture_output=True, cwd=home, **AS_USER)  # fmt: skip
        except OSError:
            continue
        if tried.returncode == 0:
            return line
    pytest.skip("no interpreter with our packages that another user may run")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests have run as an ordinary user already")
@pytest.mark.timeout(400)
def test_a_part_of_the_tests_as_an_ordinary_user(home: Path) -> None:
    line = [*interpreter(home), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header"]
    where = [str(ROOT / "tests/sandbox" / name) for name in ("test_programs.py", "test_probing.py")]
    done = subprocess.run([*line, *where, "-k", f"{PART} or probing"], capture_output=True, text=True,
                          cwd=ROOT, **AS_USER)  # fmt: skip
    last = done.stdout.strip().splitlines()[-1:]
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "passed" in last[0]
