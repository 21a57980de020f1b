import pytest

from columns import indent, wrap


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, []),
        ("one", 10, ["one"]),
        ("aaa bbb", 7, ["aaa bbb"]),
        ("aaa bbb", 6, ["aaa", "bbb"]),
        ("a b c d", 3, ["a b", "c d"]),
        ("  too   many  spaces ", 20, ["too many spaces"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
    ],
)
def test_wrap(text, width, lines):
    assert wrap(text, width) == lines


def test_no_line_is_too_long():
    text = "the quick brown fox jumps over the lazy dog " * 5
    for width in range(1, 40):
        assert all(len(line) <= width for line in wrap(text, width))


def test_a_width_of_nothing():
    with pytest.raises(ValueError):
        wrap("text", 0)


def test_indent():
    assert indent(["a", "b"], 4, first=2) == ["  a", "    b"]
