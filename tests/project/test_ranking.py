"""Which files come first for a problem."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from atlas_tui.project.centrality import spread
from atlas_tui.project.editing_rules import is_test_file
from atlas_tui.project.hints import Hints
from atlas_tui.project.listing import list_files
from atlas_tui.project.mapping import RepositoryMap, map_repository
from atlas_tui.project.matching import terms
from atlas_tui.project.ranking import rank
from tests.project.suites import laid

TASKS = Path(__file__).resolve().parents[2] / "benchmarks" / "repository" / "tasks"
FILES = {
    "shop/__init__.py": "from shop.cart import Cart\n",
    "shop/cart.py": "from shop.money import rounded\n\nclass Cart:\n    def total(self): return rounded(1)\n",
    "shop/money.py": "def rounded(amount): return amount\n",
    "shop/mail.py": "def send_receipt(address): ...\n",
    "tests/test_cart.py": "from shop import Cart\n\ndef test_total(): assert Cart().total() == 1\n",
    "tests/test_mail.py": "from shop.mail import send_receipt\n",
    "README.md": "How receipts are sent.\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> RepositoryMap:
    return map_repository(list_files(laid(tmp_path, FILES)))


def order(repository: RepositoryMap, hints: Hints) -> list[str]:
    return [each.path for each in rank(repository, hints)]


def test_words_and_parts_of_names_are_found(repository: RepositoryMap) -> None:
    assert order(repository, Hints(text="A receipt is sent to the wrong address"))[0] == "shop/mail.py"
    assert order(repository, Hints(text="sendReceipt fails"))[0] == "shop/mail.py"


def test_what_a_deciding_test_imports_comes_before_what_others_use(repository: RepositoryMap) -> None:
    found = order(repository, Hints(text="It is wrong", tests=("tests/test_cart.py::test_total",)))
    assert set(found[:2]) == {"shop/cart.py", "tests/test_cart.py"}
    assert found.index("shop/money.py") < found.index("shop/mail.py")
    assert found.index("tests/test_cart.py") < found.index("tests/test_mail.py")


def test_the_innermost_file_of_a_traceback_comes_first(repository: RepositoryMap) -> None:
    places = (("shop/money.py", 1), ("shop/cart.py", 4), ("gone.py", 3))
    ranked = rank(repository, Hints(text="It fails", places=places))
    assert [each.path for each in ranked[:2]] == ["shop/money.py", "shop/cart.py"]
    assert ranked[0].parts[0].first == 1
    assert ranked[0].why == "a traceback names it"


@pytest.mark.parametrize("text", ["Look at @shop/mail.py", "in `mail.py`:", "see shop/mail.py."])
def test_a_file_that_the_text_names_comes_first(repository: RepositoryMap, text: str) -> None:
    assert order(repository, Hints(text=f"The total is wrong. {text}"))[0] == "shop/mail.py"


TRACEBACKS = {
    "python": """Traceback (most recent call last):
  File "/home/me/shop/shop/mail.py", line 1, in send_receipt
  File "/home/me/shop/shop/money.py", line 1, in rounded
ValueError: bad""",
    "node": "Error: bad\n    at rounded (/srv/app/shop/money.py:1:9)\n    at send (shop/mail.py:1:3)",
    "windows": 'File "C:\\Users\\me\\shop\\money.py", line 1',
}


@pytest.mark.parametrize("traceback", TRACEBACKS.values(), ids=TRACEBACKS)
def test_a_traceback_in_the_text_says_which_function_it_is(repository: RepositoryMap, traceback: str) -> None:
    ranked = {each.path: each for each in rank(repository, Hints(text=f"It crashes:\n{traceback}"))}
    assert ranked["shop/money.py"].parts[0].score == max(
        part.score for each in ranked.values() for part in each.parts
    )


def test_a_german_text_finds_what_it_names_in_code(repository: RepositoryMap) -> None:
    text = "Die Summe im Warenkorb stimmt nicht, `Cart.total` rundet falsch (siehe die Klasse Cart)."
    ranked = rank(repository, Hints(text=text, tests=("tests/test_cart.py::test_total",)))
    code = [each for each in ranked if not is_test_file(each.path)]
    assert code[0].path == "shop/cart.py"
    assert code[0].parts[0].score > 1
    assert terms("nicht") == ()


def test_of_files_with_one_name_the_exact_path_is_meant(tmp_path: Path) -> None:
    files = {"util.py": "x = 1\n", "a/util.py": "x = 1\n", "b/util.py": "x = 1\n"}
    found = map_repository(list_files(laid(tmp_path, files)))
    assert [each.path for each in rank(found, Hints(text="see a/util.py")) if each.score > 1] == ["a/util.py"]
    assert len([each for each in rank(found, Hints(text="see @util.py")) if each.score > 1]) == 1


@pytest.mark.parametrize("text", ["Fix @shop/money.py::rounded", "see `shop/money.py::rounded`, please"])
def test_a_function_mentioned_with_its_file_matters_most(repository: RepositoryMap, text: str) -> None:
    ranked = rank(repository, Hints(text=f"The total of a cart is wrong. {text}"))
    best = max((part.score, each.path) for each in ranked for part in each.parts)
    assert best[0] > 5
    assert best[1] == "shop/money.py"


def test_targets_come_first_in_their_order(repository: RepositoryMap) -> None:
    hints = Hints(text="cart total", targets=("README.md", "shop/mail.py::send_receipt", "shop/mail.py::x"))
    ranked = rank(repository, hints)
    assert [each.path for each in ranked[:2]] == ["README.md", "shop/mail.py"]
    assert ranked[0].is_target


def test_a_problem_without_any_hint_still_has_an_order(repository: RepositoryMap) -> None:
    hints = Hints(text="")
    assert order(repository, hints) == sorted(FILES)
    assert rank(repository, Hints(text="cart")) == rank(repository, Hints(text="cart"))


def test_words_are_split_where_people_join_them() -> None:
    assert terms("HTTPServerErrors") == ("httpservererror", "http", "server")
    assert terms("parse_int64") == ("parse_int64", "parse", "int")
    assert terms("the") == ()


def test_what_speaks_for_a_file_reaches_what_it_uses() -> None:
    found = spread({"a": {"b": 1.0}, "b": {}, "c": {}}, {"a": 1.0, "b": 0.0, "c": 0.0})
    assert found["a"] > found["b"] > found["c"] == 0
    assert sum(found.values()) == pytest.approx(1)
    assert spread({}, {"a": 0.0}) == {}


@pytest.mark.skipif(not TASKS.is_dir(), reason="the tasks are not part of this copy")
def test_for_most_tasks_the_file_to_change_is_among_the_first() -> None:
    first = second = number = 0
    for task in sorted(TASKS.iterdir()):
        facts = tomllib.loads((task / "task.toml").read_text(encoding="utf-8"))
        repository = map_repository(list_files(task / "tree"))
        hints = Hints(text=f"{facts['title']}\n{facts['text']}", tests=tuple(facts["required"]))
        found = [path for path in order(repository, hints) if not is_test_file(path)]
        places = [found.index(path) for path in facts["touched"] if path in found]
        number += 1
        first += min(places, default=9) == 0
        second += min(places, default=9) <= 1
    assert first >= 0.5 * number
    assert second >= 0.75 * number
