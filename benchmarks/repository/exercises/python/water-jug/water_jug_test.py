import unittest

from water_jug import Jug


class WaterJug(unittest.TestCase):
    def test_begins_empty(self):
        self.assertEqual(Jug(5).level, 0)

    def test_filled(self):
        jug = Jug(5)
        jug.fill()
        self.assertEqual(jug.level, 5)

    def test_poured(self):
        big, small = Jug(5), Jug(3)
        big.fill()
        self.assertEqual((big.pour(small), big.level, small.level), (3, 2, 3))

    def test_full_already(self):
        big, small = Jug(5), Jug(3)
        big.fill()
        small.fill()
        self.assertEqual(big.pour(small), 0)

    def test_emptied(self):
        jug = Jug(5)
        jug.fill()
        jug.empty()
        self.assertEqual(jug.level, 0)
