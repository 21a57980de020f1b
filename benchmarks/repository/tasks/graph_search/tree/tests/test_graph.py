import pytest

from routes import Graph


def test_roads_go_both_ways():
    graph = Graph()
    graph.add_road("A", "B", 3)
    assert dict(graph.neighbours("B")) == {"A": 3}


def test_negative_length():
    with pytest.raises(ValueError):
        Graph().add_road("A", "B", -1)
