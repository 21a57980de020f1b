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


def linked(outlines: Mapping[str, Outline]) -> dict[str, dict[str, float]]:
    """The links between files, in the order of the files."""
    defining = _defining(outlines)
    importing = Importing({path: each.language for path, each in outlines.items()})
    links: dict[str, dict[str, float]] = {}
    for path, outline in outlines.items():
        found: dict[str, float] = {}
        imported = [target for module in outline.imports for target in importing.files(path, module)]
        for name, count in outline.references.items():
            others = defining.get((_family(outline.language), name), ())
            for target in others:
                if target != path:
                    share = _BY_NAME * math.sqrt(min(count, 25)) / len(others)
                    found[target] = min(_MOST_BY_NAMES, found.get(target, 0.0) + share)
        for target in imported:
            # Names of a file that is imported are surely those.
            found[target] = found.get(target, 0.0) + _BY_IMPORT
        found.pop(path, None)
        links[path] = dict(sorted(found.items()))
    return links


def _family(language: str) -> str:
    return _FAMILIES.get(language, language)


def _defining(outlines: Mapping[str, Outline]) -> dict[tuple[str, str], tuple[str, ...]]:
    """By language and name: the few files that define it."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for path, outline in outlines.items():
        for each in outline.definitions:
            if each.kind not in _NO_NAMES and len(each.name) >= _SHORTEST:
                found.setdefault((_family(outline.language), each.name), {})[path] = None
    return {key: tuple(paths) for key, paths in found.items() if len(paths) <= _MOST_DEFINING}
