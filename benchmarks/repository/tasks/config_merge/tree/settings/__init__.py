from settings.defaults import DEFAULTS
from settings.loading import load
from settings.merging import merge

__all__ = ["DEFAULTS", "load", "merge"]
