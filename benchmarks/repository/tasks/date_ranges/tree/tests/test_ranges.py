import unittest
from datetime import date

from bookings import DateRange

WEEK = DateRange(date(2023, 3, 6), date(2023, 3, 12))


class Ranges(unittest.TestCase):
    def test_both_ends_belong_to_it(self):
        self.assertIn(date(2023, 3, 6), WEEK)
        self.assertIn(date(2023, 3, 12), WEEK)
        self.assertNotIn(date(2023, 3, 13), WEEK)

    def test_overlap(self):
        self.assertTrue(WEEK.overlaps(DateRange(date(2023, 3, 12), date(2023, 3, 20))))
        self.assertFalse(WEEK.overlaps(DateRange(date(2023, 3, 13), date(2023, 3, 20))))

    def test_days(self):
        self.assertEqual(len(list(WEEK.days())), 7)
