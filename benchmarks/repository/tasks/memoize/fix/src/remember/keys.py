"""What tells two calls apart."""


def _typed(value):
    return (type(value), value)


def call_key(args, kwargs):
    """A hashable key of a call; equal for calls that are alike."""
    named = sorted(kwargs.items())
    return (tuple(map(_typed, args)), tuple((name, _typed(value)) for name, value in named))
