"""What the map of a repository holds, which files it links, and what it keeps for the next time."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.project import mapping
from atlas_tui.project.hints import Hints
from atlas_tui.project.listing import list_files
from atlas_tui.project.mapping import RepositoryMap, map_repository
from atlas_tui.syntax.outline import Outline, outline
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
    looked: list[bytes] = []

    def look(source: bytes, language: str, seconds: float) -> Outline:
        looked.append(source)
        return outline(source, language, seconds)

    monkeypatch.setattr(mapping, "outline", look)
    assert map_repository(list_files(tmp_path)) == first
    assert not looked
    # Kept by content: a file of another name with the same text is known as well.
    laid(tmp_path, {"src/shop/cart.py": "x = 1\n", "src/copy.py": PYTHON["src/shop/errors.py"]})
    assert map_repository(list_files(tmp_path)).files["src/copy.py"].words["EmptyCart"] == 1
    assert looked == [b"x = 1\n"]


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


def test_of_a_large_repository_what_matters_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {f"other/m{number:03}.py": f"def name_{number}(): ...\n" * 9 for number in range(200)}
    listing = list_files(laid(tmp_path, {**PYTHON, **others}))
    monkeypatch.setattr(mapping, "MOST_PARSED", 6000)
    hints = Hints(text="name_77 is wrong", tests=("tests/test_cart.py::test_it",))
    found = map_repository(listing, hints=hints)
    parsed = {path for path, known in found.files.items() if known.outline is not None}
    # What decides, what that imports, where that comes from, and what has the words.
    assert {"tests/test_cart.py", "src/shop/__init__.py", "src/shop/cart.py", "other/m077.py"} <= parsed
    assert len(parsed) < 20
    assert found.files.keys() == {*PYTHON, *others}
    assert found.files["other/m077.py"].words == {"name_77": 9}
    # What was kept for another problem changes nothing.
    map_repository(listing, hints=Hints(text="name_11"))
    assert map_repository(listing, hints=hints) == found


ODD = {
    "book.ipynb": (b'{"cells": []}', "a notebook"),
    "app.min.js": (b"a", "generated"),
    "made.py": (b"# Generated by a tool. DO NOT EDIT.\ndef f(): ...\n", "generated"),
    "raw.py": (b"x = 1\0", "binary"),
    "wide.py": ("def wide(): ...\n".encode("utf-16"), "binary"),
    "one_line.js": (b"a=1;" * 2000, "minified, or of very long lines"),
    "large.py": (b"#" * 600_000, "larger than 512 kB"),
    "words.txt": (b"".join(b"word%d " % n * 2 + b"\n" for n in range(21_000)), "a list of words or numbers"),
}
READ = {
    "dos.py": b"import os\r\n\r\ndef dos():\r\n    return 1\r\n",
    "latin.py": b"# -*- coding: latin-1 -*-\ndef latin(): return '\xe9'\n",
    "empty.py": b"",
    "broken.py": b"def broken(:\n  (((\n",
    "/".join(["deep"] * 60) + "/end.py": b"def deep(): ...\n",
    "line\nend.py": b"def odd_name(): ...\n",
}


def test_odd_files_are_told_or_read_and_never_stop_the_map(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for name, content in {**{name: content for name, (content, _) in ODD.items()}, **READ}.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(content)
    outside = laid(tmp_path / "outside", {"secret.py": "def secret(): ...\n"})
    (tree / "link.py").symlink_to(outside / "secret.py")
    (tree / "folder").symlink_to(outside)
    listing = list_files(tree)
    found = map_repository(listing, hints=Hints(text="dos latin deep"))
    assert found.files.keys() == READ.keys()
    told = {*listing.left_out, *found.left_out}
    for name, (_, why) in ODD.items():
        assert any(line.startswith(f"{why}: ") and name in line for line in told), name
    assert "a link that leaves the folder: folder, link.py" in told
    dos = found.files["dos.py"].outline
    assert dos is not None and [each.first_line for each in dos.definitions] == [3]
    assert found.text("dos.py").count("\r") == 0


def test_every_hundredth_file_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    files = {f"m{number}.py": "x = 1\n" for number in range(250)}
    map_repository(list_files(laid(tmp_path, files)), told=lambda *numbers: told.append(numbers))
    assert told == [(0, 250), (100, 250), (200, 250)]
