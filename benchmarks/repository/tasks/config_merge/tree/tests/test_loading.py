import copy

import pytest

from settings import DEFAULTS, load


@pytest.fixture(autouse=True)
def unchanged_defaults():
    kept = copy.deepcopy(DEFAULTS)
    yield
    DEFAULTS.clear()
    DEFAULTS.update(kept)


def test_defaults():
    assert load()["db"]["port"] == 5432


def test_later_texts_win():
    assert load('{"debug": true}', '{"debug": false}')["debug"] is False


def test_tenants_do_not_see_each_other():
    load('{"db": {"host": "a"}}')
    assert load('{"debug": true}')["db"]["host"] == "localhost"


def test_no_object():
    with pytest.raises(TypeError):
        load("[]")
