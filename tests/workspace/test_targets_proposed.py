"""Which file is proposed for a solution, in real repositories and folders."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from atlas_tui.workspace import Kind, Proposal, Workspace, targets
from atlas_tui.workspace.naming import module_name
from tests.workspace.conftest import Tree

SOLVE = "def two_sum(a, b):\n    return []\n"


def pairs(proposals: tuple[Proposal, ...]) -> list[tuple[str, str]]:
    return [(each.path, each.kind.value) for each in proposals]


def proposed(
    tree: Tree, entry_point: str = "two_sum", named: str = "", below: str = "."
) -> list[tuple[str, str]]:
    return pairs(tree.open(below).propose(entry_point, named))


@pytest.fixture(params=["repo", "plain"])
def tree(request: pytest.FixtureRequest) -> Tree:
    made: Tree = request.getfixturevalue(request.param)
    return made


def test_file_that_defines_it_comes_first(tree: Tree) -> None:
    tree.write("lib/sums.py", f"import os\n\n\n{SOLVE}")
    tree.write(
        "lib/uses.py",
        "from sums import two_sum\n# def two_sum(a): no\n'''\ndef two_sum(a): no\n'''\n",
    )
    first, last = tree.open().propose("two_sum")
    assert (first.path, first.why, first.kind) == ("lib/sums.py", "defines two_sum", Kind.IN_PLACE)
    assert (last.path, last.kind) == ("two_sum.py", Kind.NEW_FILE)


def test_likely_files_before_others_and_tests_last(tree: Tree) -> None:
    for name in ("a.py", "z/two_sum.py", "tests/two_sum.py", "b/c/twosum_old.py", "z/q.py"):
        tree.write(name, SOLVE)
    assert [path for path, kind in proposed(tree) if kind == "in place"] == [
        "z/two_sum.py", "b/c/twosum_old.py", "a.py", "z/q.py", "tests/two_sum.py",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        "if x:\n    def two_sum(a): pass\n",
        "@dec\nasync  def  two_sum(a): pass\n",
        "x = = 1\ny = (\n\ndef two_sum(a):\n    pass\n",
        "class Solution:\n    def two_sum(self): pass\n",
        b"\xef\xbb\xbfdef two_sum(a):\r\n\tpass\r\n",
        b"x = '\xe9'\ndef two_sum(a): pass\n",
        "def \\\n two_sum(a): pass\n",
    ],
)
def test_definitions_of_every_kind_are_found(plain: Tree, content: bytes | str) -> None:
    plain.write("a.py", content)
    assert proposed(plain)[0] == ("a.py", "in place")


@pytest.mark.parametrize(
    "content",
    ["def two_sums(a): pass\n", "class A:\n    def two_sum(self): pass\n",
     "def f():\n    def two_sum(): pass\n",
     "'''\ndef two_sum(a): pass\n'''\n", b"def two_sum(a): pass\n\0", b"\xff\xfex"],
)  # fmt: skip
def test_what_is_no_definition_of_it(plain: Tree, content: bytes | str) -> None:
    plain.write("a.py", content)
    assert proposed(plain) == [("two_sum.py", "new file")]


def test_class_and_method_by_name(tree: Tree) -> None:
    tree.write("shop.py", "class Cart:\n    def add(self): pass\n")
    assert proposed(tree, "Cart")[0] == ("shop.py", "in place")
    assert proposed(tree, "Cart.add")[0] == ("shop.py", "in place")
    assert proposed(tree, "Cart.drop") == [("cart.py", "new file")]


def test_function_in_a_class_solution_is_named_so(plain: Tree) -> None:
    plain.write("a.py", "class Solution:\n    def two_sum(self): pass\n")
    assert plain.open().propose("two_sum")[0].why == "defines Solution.two_sum"


def test_only_files_that_git_knows_or_would(repo: Tree) -> None:
    repo.write(".gitignore", "build/\nsecret.py\n")
    for name in ("build/a.py", "secret.py", "fresh.py"):
        repo.write(name, SOLVE)
    assert proposed(repo) == [("fresh.py", "in place"), ("two_sum.py", "new file")]


def test_deleted_linked_and_foreign_files_are_passed_over(repo: Tree, tmp_path: Path) -> None:
    repo.write("gone.py", SOLVE)
    repo.write("sub/other.py", SOLVE)
    repo.write("stays/b.py", SOLVE)
    repo.git("add", "-A")
    repo.git("commit", "-qm", "x")
    (repo.root / "gone.py").unlink()
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "b.py").write_text(SOLVE)
    (repo.root / "stays" / "b.py").unlink()
    (repo.root / "stays").rmdir()
    (repo.root / "stays").symlink_to(tmp_path / "away")
    (repo.root / "linked.py").symlink_to(repo.root / "sub" / "other.py")
    (repo.root / "a\nb.py").mkdir()
    os.mkfifo(repo.root / "pipe.py")
    subprocess.run(["git", "init", "-q", str(repo.root / "inner")], check=True)
    repo.write("inner/c.py", SOLVE)
    repo.write("read_only.py", SOLVE).chmod(0o444)
    repo.write("unreadable.py", SOLVE).chmod(0)
    assert proposed(repo) == [("sub/other.py", "in place"), ("two_sum.py", "new file")]


def test_conflicted_file_is_named_once(repo: Tree) -> None:
    repo.write("a.py", SOLVE)
    blob = repo.git("hash-object", "-w", "a.py").strip()
    lines = "".join(f"100644 {blob} {stage}\ta.py\n" for stage in (1, 2, 3))
    subprocess.run(
        ["git", "update-index", "--index-info"],
        input=f"0 {'0' * 40}\ta.py\n{lines}",
        cwd=repo.root,
        text=True,
        check=True,
    )
    assert proposed(repo) == [("a.py", "in place"), ("two_sum.py", "new file")]


def test_walk_without_git_leaves_out_what_programs_fill(plain: Tree) -> None:
    for name in (
        "node_modules/a.py",
        ".hidden/a.py",
        "venv/a.py",
        "v2/pyvenv.cfg",
        "v2/lib/a.py",
        "ok/deep/er/a.py",
    ):
        plain.write(name, SOLVE)
    plain.write("other/.git/HEAD", "")
    plain.write("other/a.py", SOLVE)
    (plain.root / "loop").symlink_to(plain.root)
    assert proposed(plain) == [("ok/deep/er/a.py", "in place"), ("two_sum.py", "new file")]


def test_paths_are_below_the_folder_that_was_opened(repo: Tree) -> None:
    repo.write("src/pkg/a.py", SOLVE)
    repo.write("elsewhere.py", SOLVE)
    repo.write("src :(glob)*/é b.py", SOLVE)
    assert proposed(repo, below="src") == [("pkg/a.py", "in place"), ("two_sum.py", "new file")]
    strange = repo.open("src :(glob)*")
    assert pairs(strange.propose("two_sum"))[0] == ("é b.py", "in place")
    assert strange.base("é b.py").exists


def test_name_of_a_file_the_person_gave(tree: Tree) -> None:
    tree.write("lib/a.py", SOLVE)
    tree.write("lib/b.py", "x = 1\n")
    assert proposed(tree, named="lib/b.py") == [("lib/b.py", "in place")]
    assert "is added" in tree.open().propose("two_sum", "lib/b.py")[0].why
    assert proposed(tree, named=str(tree.root / "lib/a.py")) == [("lib/a.py", "in place")]
    assert proposed(tree, "", named="./lib/b.py") == [("lib/b.py", "whole file")]
    assert proposed(tree, named="b.py") == [("lib/b.py", "in place"), ("b.py", "new file")]
    assert proposed(tree, named="new.py") == [("new.py", "new file"), ("lib/a.py", "in place")]
    assert proposed(tree, named="lib") == [("lib/two_sum.py", "new file"), ("lib/a.py", "in place")]


@pytest.mark.parametrize(
    "named",
    [
        "../x.py",
        "/etc/x.py",
        ".git/x.py",
        "~/x.py",
        "C:\\x.py",
        "\0.py",
        "x" * 300 + ".py",
        ".git",
        "\udc80.py",
    ],
)
def test_names_that_cannot_be_targets_are_never_proposed(repo: Tree, named: str) -> None:
    workspace = repo.open()
    found = workspace.propose("two_sum", named)
    assert pairs(found) == [("two_sum.py", "new file")]
    for each in found:
        workspace.base(each.path)


@pytest.mark.parametrize(
    ("entry_point", "words", "name"),
    [
        ("twoSum", "", "two_sum.py"),
        ("LRUCache", "", "lru_cache.py"),
        ("HTTPServer2", "", "http_server2.py"),
        ("Cart.add", "", "cart.py"),
        ("Solution.twoSum", "", "two_sum.py"),
        ("été", "", "ete.py"),
        ("日本", "", "solution.py"),
        ("random", "", "random_solution.py"),
        ("setup", "", "setup_solution.py"),
        ("test_it", "", "test_it_solution.py"),
        ("con", "", "con_solution.py"),
        ("class", "", "class_solution.py"),
        ("_", "", "solution.py"),
        ("a" * 300, "", "a" * 50 + ".py"),
        ("", "", "solution.py"),
        ("", "Weighted groups", "weighted_groups.py"),
        ("", "in/weighted.md", "weighted.py"),
        ("", "2 sums", "solution_2_sums.py"),
    ],
)
def test_names_of_new_files(entry_point: str, words: str, name: str) -> None:
    assert module_name(entry_point, words) == name


def test_a_taken_name_is_not_proposed_as_new(tree: Tree) -> None:
    tree.write("two_sum.py", "x = 1\n")
    (tree.root / "two_sum_2.py").symlink_to("nowhere")
    assert proposed(tree) == [("two_sum_3.py", "new file")]
    assert proposed(tree, "", "examples/odd sums.md") == [("odd_sums.py", "new file")]


def test_hostile_entry_points_make_plain_names(plain: Tree) -> None:
    for name in ("../../x", "a;b", "a\nb", "(.*)+$", "x" * 10_000, "a..b", "."):
        found = plain.open().propose(name)
        assert len(found) == 1 and found[0].path.removesuffix(".py").replace("_", "").isalnum()


def test_search_that_is_cut_says_so(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        tree.write(f"deep/m{number}.py", "x = 1\n")
    tree.write("deep/x.py", SOLVE)
    tree.write("z/two_sum.py", SOLVE)
    monkeypatch.setattr(targets, "MOST_FILES", 3)
    found = tree.open().propose("two_sum")
    assert pairs(found)[0] == ("z/two_sum.py", "in place"), "names are looked at first"
    assert "the search was cut: only 3 of" in found[-1].why and "Python files were looked at" in found[-1].why
    monkeypatch.setattr(targets, "MOST_FILES", 100)
    monkeypatch.setattr(targets, "MOST_PARSED", 1)
    assert "parsed" in tree.open().propose("two_sum")[-1].why


def test_walk_that_is_cut_says_so(plain: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        plain.write(f"d{number}/m.py", "x = 1\n")
    monkeypatch.setattr(targets, "MOST_LISTED", 4)
    assert "folders were looked at" in plain.open().propose("two_sum")[-1].why


def test_large_files_are_not_read(plain: Tree) -> None:
    plain.write("large.py", SOLVE + "# \n" * 400_000)
    assert proposed(plain) == [("two_sum.py", "new file")]


def test_at_most_five_are_proposed(tree: Tree) -> None:
    for number in range(9):
        tree.write(f"m{number}.py", SOLVE)
    assert len(proposed(tree)) == targets.MOST_FOUND + 1


def test_nothing_is_written(repo: Tree) -> None:
    repo.write("lib/sums.py", SOLVE)
    before, recorded = repo.everything(), repo.record()
    repo.open().propose("two_sum", "lib")
    assert repo.everything() == before and repo.record() == recorded


def test_every_proposal_is_a_target(tree: Tree) -> None:
    tree.write("a/sums.py", SOLVE)
    workspace: Workspace = tree.open()
    for each in workspace.propose("two_sum"):
        base = workspace.base(each.path)
        assert base.exists is (each.kind is Kind.IN_PLACE)
        assert b"return 2" in workspace.place(base, "def two_sum(a, b):\n    return 2\n", "two_sum")
