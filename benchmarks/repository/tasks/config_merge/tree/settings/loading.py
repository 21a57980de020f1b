import json

from settings.defaults import DEFAULTS
from settings.merging import merge


def load(*texts):
    """The defaults with JSON texts over them, the last one on top."""
    settings = merge(DEFAULTS, {})
    for text in texts:
        found = json.loads(text)
        if not isinstance(found, dict):
            raise TypeError("a configuration is an object")
        settings = merge(settings, found)
    return settings
