import unittest

from parcel_price import price


class ParcelPrice(unittest.TestCase):
    def test_nothing(self):
        self.assertEqual(price(0), 0)

    def test_a_letter(self):
        self.assertEqual(price(0.2), 4)

    def test_one(self):
        self.assertEqual(price(1), 4)

    def test_begun(self):
        self.assertEqual(price(1.1), 6)

    def test_many(self):
        self.assertEqual(price(5), 12)

    def test_negative(self):
        with self.assertRaisesRegex(ValueError, "^no such weight$"):
            price(-1)
