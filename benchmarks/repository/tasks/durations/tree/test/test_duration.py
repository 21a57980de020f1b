import unittest

from duration import format_duration, parse_duration


class ParseTest(unittest.TestCase):
    def test_seconds(self):
        self.assertEqual(parse_duration("45s"), 45)

    def test_hours(self):
        self.assertEqual(parse_duration(" 2h "), 7200)

    def test_minutes(self):
        self.assertEqual(parse_duration("90m"), 5400)

    def test_several_units(self):
        self.assertEqual(parse_duration("1h30m"), 5400)
        self.assertEqual(parse_duration("2d 4h"), 187200)
        self.assertEqual(parse_duration("1d2h3m4s"), 93784)

    def test_fractions(self):
        self.assertEqual(parse_duration("1.5h"), 5400)

    def test_nonsense(self):
        for text in ("", "5", "m5", "1h1h", "30m1h", "1h x", "1.h", "-1h"):
            with self.subTest(text):
                with self.assertRaises(ValueError):
                    parse_duration(text)


class FormatTest(unittest.TestCase):
    def test_all_units(self):
        self.assertEqual(format_duration(93784), "1d2h3m4s")

    def test_units_without_a_count(self):
        self.assertEqual(format_duration(3600), "1h")
        self.assertEqual(format_duration(3601), "1h1s")

    def test_zero(self):
        self.assertEqual(format_duration(0), "0s")

    def test_negative(self):
        self.assertEqual(format_duration(-61), "-1m1s")

    def test_round_trip(self):
        for seconds in (1, 59, 60, 86399, 86400):
            self.assertEqual(parse_duration(format_duration(seconds)), seconds)
