import unittest

from seat_row import neighbours


class SeatRow(unittest.TestCase):
    def test_in_the_middle(self):
        self.assertEqual(neighbours(5, 9), [3, 7])

    def test_at_the_aisle(self):
        self.assertEqual(neighbours(1, 9), [3])

    def test_right_of_the_aisle(self):
        self.assertEqual(neighbours(2, 9), [4])

    def test_at_the_wall(self):
        self.assertEqual(neighbours(9, 9), [7])

    def test_alone(self):
        self.assertEqual(neighbours(1, 2), [])
