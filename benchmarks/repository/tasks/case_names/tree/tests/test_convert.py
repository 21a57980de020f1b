import pytest

from names import convert

SAME = ["parse_http_header", "parseHTTPHeader", "ParseHttpHeader", "parse-http-header"]


@pytest.mark.parametrize("name", SAME)
def test_to_snake(name):
    assert convert.to_snake(name) == "parse_http_header"


@pytest.mark.parametrize("name", SAME)
def test_to_kebab(name):
    assert convert.to_kebab(name) == "parse-http-header"


@pytest.mark.parametrize("name", SAME)
def test_to_camel(name):
    assert convert.to_camel(name) == "parseHttpHeader"


@pytest.mark.parametrize("name", SAME)
def test_to_pascal(name):
    assert convert.to_pascal(name) == "ParseHttpHeader"


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("a_b", "snake"),
        ("a-b2", "kebab"),
        ("aB", "camel"),
        ("AbcDef", "pascal"),
        ("Word", "pascal"),
        ("word", "unknown"),
        ("Foo_bar", "unknown"),
        ("a_b-c", "unknown"),
        ("", "unknown"),
    ],
)
def test_style_of(name, style):
    assert convert.style_of(name) == style


def test_nothing():
    assert convert.to_camel("") == ""
