"""Samples of a class: names of methods and their arguments, called one after the other on one object."""

from __future__ import annotations

import re
from typing import Any

from atlas_tui.problem import Sample
from atlas_tui.solver.read_arguments import result
from atlas_tui.solver.read_blocks import Pair
from atlas_tui.solver.read_reading import Reading
from atlas_tui.solver.read_values import Unreadable, leading_value, to_json

_LISTED = re.compile(r"\[\s*[\"'](?P<name>[A-Za-z_]\w*)[\"']")


def designed_class(text: str, pairs: list[Pair]) -> str:
    """The class that every sample makes first (``["Stack", "push"]``); empty when they do not."""
    found = [_LISTED.match(pair.given.strip()) for pair in pairs]
    names = {match["name"] if match else "" for match in found}
    name = names.pop() if len(names) == 1 else ""
    if not name:
        return ""
    if re.search(rf"^[ \t>]*class {name}\b", text, re.MULTILINE):
        return name
    # Without starter code the first name must at least look like one of a class, before lists of arguments.
    return name if name[0].isupper() and all(_is_calls(pair.given) for pair in pairs) else ""


def read_designs(name: str, pairs: list[Pair], reading: Reading) -> None:
    """Add the samples: ``[[names], [arguments of each]]``, and what each call returns."""
    for pair in pairs:
        try:
            calls = _calls(pair.given, name)
            returned = result(pair.expected, None, exact=True)
            if not isinstance(returned, list) or len(returned) != len(calls[0]):
                raise Unreadable("not one result for each call")
            reading.add(Sample(given=to_json(calls), expected=to_json(returned)))
        except Unreadable as error:
            reading.unreadable(f"{pair.given} → {pair.expected}", error)


def class_text(text: str, name: str) -> str:
    """The class as the statement gives it, with its methods; empty when it does not."""
    found = re.search(rf"^(?P<indent>[ \t>]*)class {name}\b[^\n]*:", text, re.MULTILINE)
    if found is None:
        return ""
    lines = [found[0].strip(" \t>")]
    for line in text[found.end() :].split("\n")[1:]:
        inner = line.removeprefix(found["indent"])
        if inner.strip() and not inner[0].isspace():
            break
        lines.append(inner)
    return "\n".join(lines).rstrip()


def _is_calls(given: str) -> bool:
    try:
        _calls(given, "")
    except Unreadable:
        return False
    return True


def _calls(given: str, name: str) -> list[Any]:
    names, rest = leading_value(given)
    arguments, rest = leading_value(rest.lstrip(" \t\n,"))
    if rest.strip() or not isinstance(names, list) or not isinstance(arguments, list):
        raise Unreadable("it calls the methods of a class in a form of its own")
    if not 0 < len(names) == len(arguments) or not all(isinstance(each, list) for each in arguments):
        raise Unreadable("not one list of arguments for each method")
    methods = all(isinstance(each, str) and each.isidentifier() for each in names)
    if not methods or (name and names[0] != name):
        raise Unreadable("not a list of methods")
    return [names, arguments]
