from lru.cache import LRUCache
from lru.stats import Stats

__all__ = ["LRUCache", "Stats"]
