import unittest
from datetime import date

from bookings import add_months, monthly


class AddMonths(unittest.TestCase):
    def test_next_month(self):
        self.assertEqual(add_months(date(2023, 4, 15), 1), date(2023, 5, 15))

    def test_next_year(self):
        self.assertEqual(add_months(date(2023, 12, 1), 1), date(2024, 1, 1))
        self.assertEqual(add_months(date(2023, 11, 30), 13), date(2024, 12, 30))

    def test_back(self):
        self.assertEqual(add_months(date(2023, 1, 10), -1), date(2022, 12, 10))

    def test_shorter_months(self):
        for months, expected in ((1, date(2023, 2, 28)), (13, date(2024, 2, 29)), (3, date(2023, 4, 30))):
            with self.subTest(months=months):
                self.assertEqual(add_months(date(2023, 1, 31), months), expected)


class Monthly(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(monthly(date(2023, 1, 5), 2), [date(2023, 1, 5), date(2023, 2, 5)])

    def test_the_day_comes_back_after_a_short_month(self):
        found = monthly(date(2023, 1, 31), 4)
        self.assertEqual([day.day for day in found], [31, 28, 31, 30])
