"""Packages that tests ask for, and which of them a person has to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_tui.project.base import Outcome, Report, TestCase
from atlas_tui.project.baseline import compared
from atlas_tui.project.missing import absent
from tests.project.suites import laid, project

SAID = {
    "ModuleNotFoundError: No module named 'yaml'": "yaml",
    "ModuleNotFoundError: No module named 'yaml.parts'": "",
    "ModuleNotFoundError: No module named 'tkinter'": "",
    "Error: Cannot find module 'left-pad'": "left-pad",
    "Cannot find module '@scope/far/deep' from 'a.test.js'": "@scope/far",
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'left' imported from /tree/a.mjs": "left",
    "Error: Cannot find module './near'": "",
    "Error: Cannot find module '/tree/near'": "",
    "Cannot find module 'node:none'": "",
    "NameError: name 'yaml' is not defined": "",
}


@pytest.mark.parametrize("said", SAID)
def test_what_an_error_names(said: str) -> None:
    assert absent(said) == SAID[said]


def test_what_is_to_be_installed_is_said_once_for_each_package(tmp_path: Path) -> None:
    tree = laid(tmp_path, {"src/mine/parts.py": "", "tests/test_a.py": "", "tests/test_b.py": ""})
    named = {"a": "yaml", "b": "yaml", "c": "mine", "d": "parts", "e": "other"}
    cases = {
        f"tests/test_{test}.py": TestCase(
            id=f"tests/test_{test}.py",
            outcome=Outcome.ERROR,
            message=f"ModuleNotFoundError: No module named '{name}'",
        )
        for test, name in named.items()
    }
    report = Report(cases=cases, whole=True)
    found = compared([report, report], project(tree, "pytest"))
    of_yaml, of_other, rest = found.notes
    assert of_yaml.startswith("tests/test_a.py and 1 more could not be read") and "install PyYAML" in of_yaml
    assert of_other.startswith("tests/test_e.py could not be read") and "install other" in of_other
    assert rest == "the tests of 2 files could not be read: tests/test_c.py, tests/test_d.py"


def test_what_all_tests_want_is_said(tmp_path: Path) -> None:
    """As where a ``conftest.py`` asks for it: then none is run."""
    printed = "ImportError while loading conftest\nE   ModuleNotFoundError: No module named 'requests'\n"
    found = compared([Report(fault="none was run", printed=printed)], project(tmp_path, "pytest"))
    (note,) = found.notes
    assert note.startswith("the tests could not be read") and "install requests" in note
