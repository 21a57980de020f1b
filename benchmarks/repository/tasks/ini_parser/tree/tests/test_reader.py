import pytest

from inifile import ParseError, parse

TEXT = """
; the server
name = atlas

[web]
port = 80  # the usual
host=localhost
"""


def test_sections():
    assert parse(TEXT) == {"": {"name": "atlas"}, "web": {"port": "80", "host": "localhost"}}


def test_a_section_may_come_twice():
    assert parse("[a]\nx=1\n[b]\n[a]\ny=2") == {"": {}, "a": {"x": "1", "y": "2"}, "b": {}}


def test_empty_value():
    assert parse("key =")[""] == {"key": ""}


def test_the_first_equals_sign_counts():
    assert parse("url = https://example.org/?a=1&b=2")[""] == {"url": "https://example.org/?a=1&b=2"}


@pytest.mark.parametrize("value", ["#ff8800", "a#b", "x;y"])
def test_signs_of_comments_within_a_value(value):
    assert parse(f"key = {value}")[""] == {"key": value}


def test_comment_after_such_a_value():
    assert parse("color = #ff8800 ; orange")[""] == {"color": "#ff8800"}


def test_nonsense():
    with pytest.raises(ParseError) as caught:
        parse("a = 1\nnonsense\n")
    assert caught.value.number == 2
