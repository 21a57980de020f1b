"""What the map of a repository holds, which files it links, and what it keeps for the next time."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.project import mapping
from atlas_tui.project.apart import Apart
from atlas_tui.project.listing import list_files
from atlas_tui.project.map_cache import Known
from atlas_tui.project.mapping import RepositoryMap, look_into, map_repository
from tests.project.suites import laid

PYTHON = {
    "src/shop/__init__.py": "from shop.cart import Cart\n",
    "src/shop/cart.py": "from . import money\nfrom .errors import EmptyCart\n\nclass Cart: ...\n",
    "src/shop/money.py": "import json\n\ndef rounded_amount(x): return x\n",
    "src/shop/errors.py": "class EmptyCart(Exception): ...\n",
    "src/shop/json.py": "def load_things(): ...\n",
    "tests/test_cart.py": "from shop import Cart\nimport shop.money as m\n\nrounded_amount(1)\n",
    "README.md": "A cart with rounded_amount.\n",
}


def mapped(folder: Path, files: dict[str, str]) -> RepositoryMap:
    return map_repository(list_files(laid(folder, files)))


def imported(repository: RepositoryMap, path: str) -> set[str]:
    return {target for target, strength in repository.links[path].items() if strength >= 1}


def test_imports_of_python_lead_to_files(tmp_path: Path) -> None:
    found = mapped(tmp_path, PYTHON)
    assert imported(found, "src/shop/cart.py") == {"src/shop/money.py", "src/shop/errors.py"}
    assert imported(found, "tests/test_cart.py") == {"src/shop/__init__.py", "src/shop/money.py"}
    # The one of the standard library is meant, not the file beside it that a package cannot reach so.
    assert "src/shop/json.py" not in imported(found, "tests/test_cart.py")
    assert found.files["README.md"].outline is None
    assert found.files["README.md"].words["rounded_amount"] == 1


def test_names_lead_to_files_too_but_less(tmp_path: Path) -> None:
    links = mapped(tmp_path, {"a.py": "def peculiar(): ...\n", "b.py": "peculiar()\n" * 9}).links
    assert 0 < links["b.py"]["a.py"] < 1
    assert links["a.py"] == {}


@pytest.mark.parametrize(
    ("files", "path", "wanted"),
    [
        (
            {"src/a.ts": "import {b} from './lib/b.js'; import x from '@/c'; export * from './d';",
             "src/lib/b.ts": "", "src/c.tsx": "", "src/d/index.ts": "", "d.ts": ""},
            "src/a.ts", {"src/lib/b.ts", "src/c.tsx", "src/d/index.ts"},
        ),
        (
            {"main.go": 'package main\nimport "ex.org/m/pkg/util"\n', "pkg/util/u.go": "package util\n",
             "pkg/util/v.go": "package util\n", "pkg/util/u_test.go": "package util\n"},
            "main.go", {"pkg/util/u.go", "pkg/util/v.go"},
        ),
        (
            {"src/lib.rs": "mod deep;\nuse crate::other::Thing;", "src/deep/mod.rs": "mod er;",
             "src/deep/er.rs": "use super::super::other::Thing;", "src/other.rs": ""},
            "src/lib.rs", {"src/deep/mod.rs", "src/other.rs"},
        ),
        (
            {"src/deep/mod.rs": "mod er;", "src/deep/er.rs": "use super::super::other::Thing;",
             "src/other.rs": ""},
            "src/deep/er.rs", {"src/other.rs"},
        ),
        (
            {"src/words.rs": "", "src/lib.rs": "", "tests/all.rs": "use mine::words::split;"},
            "tests/all.rs", {"src/words.rs"},
        ),
        (
            {"app/A.java": "import org.ex.B;\nimport static org.ex.C.go;\nimport java.util.List;",
             "src/org/ex/B.java": "", "src/org/ex/C.java": ""},
            "app/A.java", {"src/org/ex/B.java", "src/org/ex/C.java"},
        ),
        (
            {"src/a.c": '#include "a.h"\n#include <deep/b.h>\n#include <stdio.h>\n', "src/a.h": "",
             "include/deep/b.h": "", "other/a.h": ""},
            "src/a.c", {"src/a.h", "include/deep/b.h"},
        ),
    ],
)  # fmt: skip
def test_imports_of_other_languages_lead_to_files(
    tmp_path: Path, files: dict[str, str], path: str, wanted: set[str]
) -> None:
    assert imported(mapped(tmp_path, files), path) == wanted


def test_the_second_time_nothing_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = mapped(tmp_path, PYTHON)
    looked: list[str] = []

    def look(content: bytes, path: str, language: str, apart: Apart) -> Known:
        looked.append(path)
        return look_into(content, path, language, apart)

    monkeypatch.setattr(mapping, "look_into", look)
    assert map_repository(list_files(tmp_path)) == first
    assert not looked
    # Kept by content: a file of another name with the same text is known as well.
    laid(tmp_path, {"src/shop/cart.py": "x = 1\n", "src/copy.py": PYTHON["src/shop/errors.py"]})
    assert map_repository(list_files(tmp_path)).files["src/copy.py"].words["EmptyCart"] == 1
    assert looked == ["src/shop/cart.py"]


@pytest.mark.parametrize("kept", [b"", b"x", b"\x78\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_cache_that_is_broken_is_made_anew(tmp_path: Path, kept: bytes) -> None:
    first = mapped(tmp_path, PYTHON)
    (cache,) = paths.maps_dir().iterdir()
    good = cache.read_bytes()
    cache.write_bytes(kept)
    assert map_repository(list_files(tmp_path)) == first
    assert cache.read_bytes() == good


def test_a_folder_for_the_cache_that_cannot_be_made_costs_only_time(tmp_path: Path) -> None:
    paths.cache_dir().parent.mkdir(parents=True, exist_ok=True)
    paths.cache_dir().write_text("no folder")
    assert mapped(tmp_path, PYTHON).files.keys() == PYTHON.keys()


def test_a_copy_is_read_and_the_tree_is_not(tmp_path: Path) -> None:
    files = list_files(laid(tmp_path / "tree", {"a.py": "def one(): ...\n"}))
    found = map_repository(files, laid(tmp_path / "copy", {"a.py": "def two():\r\n    ...\r\n"}))
    assert "two" in found.files["a.py"].words
    assert found.text("a.py") == "def two():\n    ...\n"
    assert found.text("gone.py") == ""


def test_what_is_not_looked_into_is_named(tmp_path: Path) -> None:
    laid(tmp_path, {"a.py": "x = 1\n", "b.py": "# @generated\n"})
    (tmp_path / "c.txt").write_bytes(b"a\0b")
    found = map_repository(list_files(tmp_path))
    assert found.files.keys() == {"a.py"}
    assert found.left_out == ("binary: c.txt", "generated: b.py")


def test_without_time_files_are_known_by_name(tmp_path: Path) -> None:
    found = map_repository(list_files(laid(tmp_path, PYTHON)), seconds=0)
    assert found.files.keys() == PYTHON.keys()
    assert found.left_out[0].startswith("not read within 0 s: README.md, ")
    # What was not read must not be taken for read the next time.
    assert map_repository(list_files(tmp_path)).files["src/shop/cart.py"].outline is not None


def test_a_file_that_the_parser_cannot_stand_costs_nothing_but_its_outline(tmp_path: Path) -> None:
    laid(tmp_path, {"a.cpp": "int one() { return 1; }\n", "c.ts": "function three() {}\n", "d.py": "x = 1\n"})
    laid(tmp_path, {"b.tsx": "+;new \n" * 5000})
    found = map_repository(list_files(tmp_path))
    assert found.left_out == ("too tangled to be read: b.tsx",)
    outlines = [found.files[path].outline for path in ("a.cpp", "c.ts")]
    assert [each.definitions[0].name for each in outlines if each] == ["one", "three"]
    assert map_repository(list_files(tmp_path)) == found


def test_any_bytes_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nname = '\xe9t\xe9'\n")
    (tmp_path / "\udcff.py").write_bytes(b"\xff\xfe\xfd def x(): ...")
    (tmp_path / "sixteen.py").write_text("def found(): ...\n", encoding="utf-16")
    found = map_repository(list_files(tmp_path))
    assert "été" in found.files["latin.py"].words
    assert map_repository(list_files(tmp_path)) == found
