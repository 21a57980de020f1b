from remember.decorator import memoize

__all__ = ["memoize"]
