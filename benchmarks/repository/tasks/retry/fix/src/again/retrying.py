import functools
import time

from again.delays import constant


def retry(attempts=3, on=(Exception,), delays=lambda: constant(0.1), sleep=time.sleep):
    """Call a function again when it fails with one of the errors ``on``.

    ``delays`` makes an iterator over seconds to wait; ``sleep`` waits.
    """
    if attempts < 1:
        raise ValueError("at least one attempt")

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            waits = iter(delays())
            for attempt in range(1, attempts + 1):
                try:
                    return function(*args, **kwargs)
                except on:
                    if attempt == attempts:
                        raise
                    sleep(next(waits))

        return wrapper

    return decorate
