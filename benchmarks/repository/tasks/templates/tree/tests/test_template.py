import pytest

from stencil import Template, TemplateError, UnknownName


def test_values():
    assert Template("Dear {{ name }},").render(name="Ann") == "Dear Ann,"


def test_plain_text():
    assert Template("nothing {here}").render() == "nothing {here}"


def test_loop():
    assert Template("{% for x in xs %}<{{ x }}>{% end %}").render(xs=[1, 2]) == "<1><2>"


def test_nested_loops():
    template = Template("{% for a in rows %}{% for b in a %}{{ b }}{% end %};{% end %}")
    assert template.render(rows=["ab", "c"]) == "ab;c;"


def test_unknown_name():
    with pytest.raises(UnknownName):
        Template("{{ x }}").render(y=1)


@pytest.mark.parametrize("text", ["{% for x %}", "{% end %}", "{% for x in y %}", "{% if x %}"])
def test_mistakes(text):
    with pytest.raises(TemplateError):
        Template(text)


def test_rendering_twice():
    template = Template("Hello {{ name }}")
    template.render(name="Ann")
    assert template.render(name="Bob") == "Hello Bob"


def test_a_failed_rendering_leaves_nothing():
    template = Template("a{{ x }}")
    with pytest.raises(UnknownName):
        template.render()
    assert template.render(x=1) == "a1"


def test_the_loop_variable_ends_with_the_loop():
    with pytest.raises(UnknownName):
        Template("{% for x in xs %}{% end %}{{ x }}").render(xs=[1])


def test_a_value_of_that_name_comes_back():
    assert Template("{% for x in xs %}{{ x }}{% end %}{{ x }}").render(xs=[1, 2], x="z") == "12z"
