from again.delays import constant, doubling
from again.retrying import retry

__all__ = ["constant", "doubling", "retry"]
