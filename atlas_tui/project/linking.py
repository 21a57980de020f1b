"""Which files of a repository use which: by what they import, and by the names that they use."""

from __future__ import annotations

import math
from collections.abc import Mapping

from atlas_tui.project.importing import Importing
from atlas_tui.syntax.outline import Outline

Links = Mapping[str, Mapping[str, float]]
"""Path, path of what it uses, and how much it does: 1 or more where it imports it."""

_BY_IMPORT = 1.0
_BY_NAME = 0.2
_MOST_BY_NAMES = 0.9
_MOST_DEFINING = 4
"""A name that more files define tells nothing about which of them is meant."""
_SHORTEST = 4
"""Characters of a name that says something by itself."""
_NO_NAMES = ("variable", "declaration", "impl", "module", "namespace")
"""Kinds of definitions whose names are too common, or are defined elsewhere."""
_FAMILIES = {"javascript": "js", "typescript": "js", "tsx": "js", "c": "c", "cpp": "c"}


def linked(outlines: Mapping[str, Outline], importing: Importing) -> dict[str, dict[str, float]]:
    """The links between files, in the order of the files. ``importing`` may know more of them."""
    defining = _defining(outlines)
    links: dict[str, dict[str, float]] = {}
    for path, outline in outlines.items():
        found: dict[str, float] = {}
        known = defining.get(_family(outline.language), {})
        # Sorted, as sums of numbers depend on their order.
        for name in sorted(outline.references.keys() & known.keys()):
            others = known[name]
            share = _BY_NAME * math.sqrt(min(outline.references[name], 25)) / len(others)
            for target in others:
                if target != path:
                    found[target] = min(_MOST_BY_NAMES, found.get(target, 0.0) + share)
        for module in outline.imports:
            for target in importing.files(path, module):
                # Names of a file that is imported are surely those.
                found[target] = found.get(target, 0.0) + _BY_IMPORT
        found.pop(path, None)
        links[path] = dict(sorted(found.items()))
    return links


def _family(language: str) -> str:
    return _FAMILIES.get(language, language)


def _defining(outlines: Mapping[str, Outline]) -> dict[str, dict[str, tuple[str, ...]]]:
    """By family of languages and by name: the few files that define it."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for path, outline in outlines.items():
        names = found.setdefault(_family(outline.language), {})
        for each in outline.definitions:
            if each.kind not in _NO_NAMES and len(each.name) >= _SHORTEST:
                names.setdefault(each.name, {})[path] = None
    return {
        family: {name: tuple(paths) for name, paths in names.items() if len(paths) <= _MOST_DEFINING}
        for family, names in found.items()
    }
