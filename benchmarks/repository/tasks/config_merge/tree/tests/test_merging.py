from settings import merge


def test_values_are_replaced():
    assert merge({"a": 1, "b": 2}, {"b": 3}) == {"a": 1, "b": 3}


def test_dictionaries_are_merged():
    assert merge({"a": {"x": 1}}, {"a": {"y": 2}}) == {"a": {"x": 1, "y": 2}}


def test_lists_are_replaced():
    assert merge({"a": [1, 2]}, {"a": [3]}) == {"a": [3]}


def test_none_removes():
    assert merge({"a": 1, "b": 2}, {"a": None, "c": None}) == {"b": 2}


def test_the_base_stays():
    base = {"a": {"x": {"y": 1}}, "b": 1}
    merge(base, {"a": {"x": {"y": 2}}, "b": None})
    assert base == {"a": {"x": {"y": 1}}, "b": 1}


def test_nothing_is_shared():
    changes = {"list": [1]}
    base = {"a": {"list": [2]}}
    merged = merge(base, changes)
    merged["list"].append(9)
    merged["a"]["list"].append(9)
    assert changes == {"list": [1]}
    assert base == {"a": {"list": [2]}}
