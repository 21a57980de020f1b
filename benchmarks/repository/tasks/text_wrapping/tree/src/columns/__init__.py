"""Text in columns."""

from .align import center, justify
from .wrapping import indent, wrap

__all__ = ["center", "indent", "justify", "wrap"]
