import re

from names.words import words

_STYLES = {
    "snake": re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+"),
    "kebab": re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+"),
    "camel": re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)+"),
    "pascal": re.compile(r"([A-Z][a-z0-9]*)+"),
}


def to_snake(name):
    return "_".join(words(name))


def to_kebab(name):
    return "-".join(words(name))


def to_camel(name):
    first, *others = words(name) or [""]
    return first + "".join(word.capitalize() for word in others)


def to_pascal(name):
    return "".join(word.capitalize() for word in words(name))


def style_of(name):
    """How a name is written: "snake", "kebab", "camel", "pascal" or "unknown"."""
    return next((style for style, pattern in _STYLES.items() if pattern.fullmatch(name)), "unknown")
