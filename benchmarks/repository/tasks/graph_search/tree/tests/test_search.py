import pytest

from routes import Graph, NoRoute, reachable, shortest_path


@pytest.fixture
def roads():
    graph = Graph()
    for a, b, length in [("A", "C", 2), ("C", "D", 4), ("D", "E", 1)]:
        graph.add_road(a, b, length)
    graph.add_road("X", "Y", 1, one_way=True)
    return graph


def test_along_a_line(roads):
    assert shortest_path(roads, "A", "E") == (7, ["A", "C", "D", "E"])


def test_already_there(roads):
    assert shortest_path(roads, "A", "A") == (0, ["A"])


def test_a_detour_is_shorter(roads):
    roads.add_road("A", "B", 10)
    roads.add_road("C", "B", 3)
    assert shortest_path(roads, "A", "B") == (5, ["A", "C", "B"])


def test_the_better_way_is_found_late(roads):
    roads.add_road("A", "E", 20)
    roads.add_road("E", "F", 1)
    assert shortest_path(roads, "A", "F") == (8, ["A", "C", "D", "E", "F"])


def test_no_way(roads):
    with pytest.raises(NoRoute):
        shortest_path(roads, "A", "X")
    with pytest.raises(NoRoute):
        shortest_path(roads, "Y", "X")


def test_unknown_place(roads):
    with pytest.raises(NoRoute):
        shortest_path(roads, "A", "nowhere")


def test_reachable(roads):
    assert reachable(roads, "A") == {"A", "C", "D", "E"}
