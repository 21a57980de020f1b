import re

from stencil.nodes import Loop, Text, Value

TAG = re.compile(r"\{\{\s*(?P<name>\w+)\s*\}\}|\{%\s*(?P<word>\w+)(?P<rest>[^%]*)%\}")
FOR = re.compile(r"\s+(\w+)\s+in\s+(\w+)\s*$")


class TemplateError(ValueError):
    pass


class Template:
    """Text with {{ name }} and {% for x in names %} ... {% end %}."""

    def __init__(self, text):
        self._nodes = _parse(text)

    def render(self, **values):
        """Raises UnknownName where a value is missing."""
        out = []
        for node in self._nodes:
            node.write(out, values)
        return "".join(out)


def _parse(text):
    nodes = []
    stack = [nodes]
    place = 0
    for tag in TAG.finditer(text):
        if tag.start() > place:
            stack[-1].append(Text(text[place : tag.start()]))
        place = tag.end()
        if tag["name"]:
            stack[-1].append(Value(tag["name"]))
        elif tag["word"] == "for":
            head = FOR.match(tag["rest"])
            if head is None:
                raise TemplateError(f"cannot read {tag[0]}")
            loop = Loop(head[1], head[2])
            stack[-1].append(loop)
            stack.append(loop.body)
        elif tag["word"] == "end" and len(stack) > 1:
            stack.pop()
        else:
            raise TemplateError(f"unexpected {tag[0]}")
    if len(stack) > 1:
        raise TemplateError("a loop is not closed")
    if place < len(text):
        nodes.append(Text(text[place:]))
    return nodes
