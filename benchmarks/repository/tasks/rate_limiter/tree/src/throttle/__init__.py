from throttle.bucket import TokenBucket
from throttle.clock import ManualClock, SystemClock
from throttle.limiter import Limiter, TooManyRequests

__all__ = ["Limiter", "ManualClock", "SystemClock", "TokenBucket", "TooManyRequests"]
