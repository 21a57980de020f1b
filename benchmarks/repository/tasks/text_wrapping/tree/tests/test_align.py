from columns import center, justify


def test_center():
    assert center("ab", 6) == "  ab"
    assert center("abcdef", 3) == "abcdef"


def test_justify_fills_the_line():
    assert justify("a b c", 8) == "a   b  c"
    assert justify("alone", 9) == "alone"
