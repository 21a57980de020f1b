"""Packages of others that tests ask for and that are not there, told by what the tests said."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from pathlib import Path

from atlas_tui.project.base import TestCase
from atlas_tui.project.names import shown

_ABSENT = re.compile(
    r"\bNo module named '(?P<python>[A-Za-z]\w*)'"
    r"|\b(?:Cannot find (?:module|package)|Failed to resolve import) "
    r"""['"](?!node:)(?P<node>(?:@[\w.-]+/)?[A-Za-z0-9_][\w.-]*)[^'"\n]*['"]"""
)
"""A module of Python that lies in another is left out: the package that it would be of is there."""
_INSTALLED_AS = {
    "yaml": "PyYAML", "PIL": "Pillow", "cv2": "opencv-python", "bs4": "beautifulsoup4",
    "sklearn": "scikit-learn", "skimage": "scikit-image", "dateutil": "python-dateutil",
    "dotenv": "python-dotenv", "attr": "attrs", "jwt": "PyJWT", "git": "GitPython", "serial": "pyserial",
    "Crypto": "pycryptodome", "OpenSSL": "pyOpenSSL", "zmq": "pyzmq", "docx": "python-docx",
    "magic": "python-magic", "MySQLdb": "mysqlclient", "psycopg2": "psycopg2-binary",
    "rest_framework": "djangorestframework", "pkg_resources": "setuptools",
}  # fmt: skip
"""Of packages of Python that are not called as what is imported."""
_MOST_FOLDERS = 20_000


def missing(cases: Sequence[TestCase], base: Path) -> dict[str, tuple[str, ...]]:
    """By the package to install: the ids of the tests whose error names it.

    What has a file or a folder of that name below ``base`` is of the repository, and left out. Reads the disk
    where an error names any.
    """
    named: dict[str, list[str]] = {}
    for case in cases:
        if name := absent(case.message):
            named.setdefault(name, []).append(case.id)
    own = _there(base, {_last(name) for name in named}) if named else set()
    return {
        _INSTALLED_AS.get(name, name): tuple(tests) for name, tests in named.items() if _last(name) not in own
    }


def absent(text: str) -> str:
    """What an error could not import, if it is no part of Python itself; empty where it tells of none."""
    found = _ABSENT.search(text)
    name = (found["python"] or found["node"]) if found else ""
    return "" if name in sys.stdlib_module_names else name


def notes(packages: Mapping[str, Sequence[str]]) -> list[str]:
    """A line for the person on each; of several tests the first is named."""
    found = []
    for package, tests in packages.items():
        more = f" and {len(tests) - 1:,} more" if len(tests) > 1 else ""
        found.append(
            f"{shown(tests[0])}{more} could not be read, for want of a package: install {package} in the "
            "environment of this project, unless it is what is to be written"
        )
    return found


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _there(base: Path, names: Collection[str]) -> set[str]:
    """Those of ``names`` that a file, without its ending, or a folder below ``base`` has."""
    found: set[str] = set()
    for _, folders, files in islice(os.walk(base), _MOST_FOLDERS):
        found.update({*folders, *(file.partition(".")[0] for file in files)}.intersection(names))
    return found
