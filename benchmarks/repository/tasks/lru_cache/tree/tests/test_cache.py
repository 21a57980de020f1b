import unittest

from lru import LRUCache


class CacheTest(unittest.TestCase):
    def setUp(self):
        self.cache = LRUCache(2)
        self.cache.put("a", 1)
        self.cache.put("b", 2)

    def test_what_is_stored_is_found(self):
        self.assertEqual(self.cache.get("a"), 1)
        self.assertEqual(self.cache.get("b"), 2)

    def test_default(self):
        self.assertIsNone(self.cache.get("x"))
        self.assertEqual(self.cache.get("x", 7), 7)

    def test_the_oldest_goes(self):
        self.cache.put("c", 3)
        self.assertNotIn("a", self.cache)
        self.assertEqual(len(self.cache), 2)

    def test_reading_keeps_an_entry(self):
        self.cache.get("a")
        self.cache.put("c", 3)
        self.assertEqual(self.cache.get("a"), 1)
        self.assertNotIn("b", self.cache)

    def test_overwriting_keeps_an_entry(self):
        self.cache.put("a", 10)
        self.cache.put("c", 3)
        self.assertEqual(self.cache.get("a"), 10)
        self.assertNotIn("b", self.cache)

    def test_asking_whether_it_is_there_is_no_use(self):
        self.assertIn("a", self.cache)
        self.cache.put("c", 3)
        self.assertNotIn("a", self.cache)


class SizeTest(unittest.TestCase):
    def test_no_room(self):
        with self.assertRaises(ValueError):
            LRUCache(0)
