import unittest

from lru import LRUCache, Stats


class StatsTest(unittest.TestCase):
    def test_nothing_asked(self):
        self.assertEqual(Stats().ratio, 0.0)

    def test_ratio(self):
        cache = LRUCache(1)
        cache.put("a", 1)
        cache.get("a")
        cache.get("b")
        self.assertEqual(cache.stats.ratio, 0.5)
