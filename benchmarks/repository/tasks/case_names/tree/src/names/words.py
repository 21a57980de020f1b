import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def words(name):
    """The words of a name, in small letters."""
    return [word.lower() for word in _WORD.findall(name)]
