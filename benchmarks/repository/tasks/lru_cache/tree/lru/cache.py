from collections import OrderedDict

from lru.stats import Stats


class LRUCache:
    """Keeps the ``size`` entries that were used last."""

    def __init__(self, size):
        if size < 1:
            raise ValueError("size must be positive")
        self.size = size
        self.stats = Stats()
        self._entries = OrderedDict()

    def get(self, key, default=None):
        if key not in self._entries:
            self.stats.misses += 1
            return default
        self.stats.hits += 1
        return self._entries[key]

    def put(self, key, value):
        self._entries[key] = value
        while len(self._entries) > self.size:
            self._entries.popitem(last=False)

    def __len__(self):
        return len(self._entries)

    def __contains__(self, key):
        return key in self._entries
