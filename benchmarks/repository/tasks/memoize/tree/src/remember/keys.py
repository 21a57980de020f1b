"""What tells two calls apart."""


def call_key(args, kwargs):
    """A hashable key of a call; equal for calls that are alike."""
    return args + tuple(sorted(kwargs))
