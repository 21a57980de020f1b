import pytest

from scores.board import Row, board, shown
from scores.results import Results


@pytest.fixture
def results():
    found = Results()
    for player, points in [("ann", 10), ("bob", 30), ("cid", 20), ("dan", 20), ("eve", 5)]:
        found.add(player, points)
    return found


def test_the_best_is_first(results):
    assert board(results)[0] == Row(1, "bob", 30)
    assert board(results)[-1].player == "eve"


def test_who_was_first_is_listed_first(results):
    assert [row.player for row in board(results)] == ["bob", "cid", "dan", "ann", "eve"]


def test_equal_points_share_a_rank(results):
    assert [row.rank for row in board(results)] == [1, 2, 2, 4, 5]


def test_three_alike():
    found = Results()
    for player in "xyz":
        found.add(player, 7)
    assert [(row.rank, row.player) for row in board(found)] == [(1, "x"), (1, "y"), (1, "z")]


def test_limit(results):
    assert len(board(results, 2)) == 2


def test_shown():
    assert shown([Row(1, "ann", 10)]) == "  1. ann            10"


def test_nobody():
    assert board(Results()) == []
