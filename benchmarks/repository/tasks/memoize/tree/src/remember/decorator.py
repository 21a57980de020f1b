import functools

from remember.keys import call_key


def memoize(function):
    """Call ``function`` once for each different set of arguments."""
    results = {}

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            key = call_key(args, kwargs)
            hash(key)
        except TypeError:
            return function(*args, **kwargs)
        if key not in results:
            results[key] = function(*args, **kwargs)
        return results[key]

    wrapper.forget = results.clear
    return wrapper
