import math
import unittest

from shapes import Polygon

UNIT = [(0, 0), (1, 0), (1, 1), (0, 1)]


class Measures(unittest.TestCase):
    def test_area(self):
        self.assertEqual(Polygon(UNIT).area(), 1)
        self.assertEqual(Polygon([(0, 0), (4, 0), (0, 3)]).area(), 6)

    def test_perimeter(self):
        self.assertEqual(Polygon([(0, 0), (4, 0), (0, 3)]).perimeter(), 12)

    def test_two_corners(self):
        with self.assertRaises(ValueError):
            Polygon([(0, 0), (1, 1)])


class Squares(unittest.TestCase):
    def test_exact(self):
        self.assertTrue(Polygon(UNIT).is_square())

    def test_computed(self):
        side = 0.1 + 0.2
        self.assertTrue(Polygon([(0, 0), (0.3, 0), (0.3, side), (0, side)]).is_square())

    def test_rotated(self):
        for degrees in range(0, 360, 7):
            with self.subTest(degrees=degrees):
                self.assertTrue(Polygon(UNIT).rotated(math.radians(degrees)).is_square())

    def test_of_any_size(self):
        turned = Polygon(UNIT).rotated(1)
        self.assertTrue(turned.scaled(1e-12).is_square())
        self.assertTrue(turned.scaled(1e12).is_square())

    def test_tiny_rectangle(self):
        self.assertFalse(Polygon([(0, 0), (2e-12, 0), (2e-12, 1e-12), (0, 1e-12)]).is_square())

    def test_others(self):
        self.assertFalse(Polygon([(0, 0), (2, 0), (2, 1), (0, 1)]).is_square())
        self.assertFalse(Polygon([(0, 0), (2, 1), (4, 0), (2, -1)]).is_square())
        self.assertFalse(Polygon([(0, 0), (1, 0), (0, 1)]).is_square())
