"""The languages that are read, and which of them a file is in, by its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tree_sitter import Language

PYTHON = "python"

_ENDINGS = {
    PYTHON: (".py", ".pyi", ".pyw"),
    "javascript": (".js", ".mjs", ".cjs", ".jsx"),
    "typescript": (".ts", ".mts", ".cts"),
    "tsx": (".tsx",),
    "go": (".go",),
    "rust": (".rs",),
    "java": (".java",),
    "c": (".c", ".h"),
    "cpp": (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl"),
}
_BY_ENDING = {ending: name for name, endings in _ENDINGS.items() for ending in endings}
LANGUAGES = tuple(_ENDINGS)
"""Names of languages, as ``language_of`` gives them."""


def language_of(path: str) -> str:
    """The language of a file of this name; empty where it is none that is read."""
    name = path.rpartition("/")[2].lower()
    dot = name.rfind(".")
    return _BY_ENDING.get(name[dot:], "") if dot > 0 else ""


@cache
def grammar(language: str) -> Language:
    """The grammar of one of ``LANGUAGES``; loaded when it is first asked for, as most runs need one alone."""
    return Language(_LOADERS[language]())


def _python() -> object:
    import tree_sitter_python

    return tree_sitter_python.language()


def _javascript() -> object:
    import tree_sitter_javascript

    return tree_sitter_javascript.language()


def _typescript() -> object:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_typescript()


def _tsx() -> object:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_tsx()


def _go() -> object:
    import tree_sitter_go

    return tree_sitter_go.language()


def _rust() -> object:
    import tree_sitter_rust

    return tree_sitter_rust.language()


def _java() -> object:
    import tree_sitter_java

    return tree_sitter_java.language()


def _c() -> object:
    import tree_sitter_c

    return tree_sitter_c.language()


def _cpp() -> object:
    import tree_sitter_cpp

    return tree_sitter_cpp.language()


_LOADERS: dict[str, Callable[[], object]] = {
    PYTHON: _python,
    "javascript": _javascript,
    "typescript": _typescript,
    "tsx": _tsx,
    "go": _go,
    "rust": _rust,
    "java": _java,
    "c": _c,
    "cpp": _cpp,
}
