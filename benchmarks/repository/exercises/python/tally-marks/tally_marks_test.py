import unittest

from tally_marks import read, tally


class TallyMarks(unittest.TestCase):
    def test_none(self):
        self.assertEqual(tally(0), "")

    def test_three(self):
        self.assertEqual(tally(3), "III")

    def test_twelve(self):
        self.assertEqual(tally(12), "VVII")

    def test_read(self):
        self.assertEqual(read("VVII"), 12)

    def test_there_and_back(self):
        self.assertEqual([read(tally(n)) for n in range(30)], list(range(30)))

    def test_no_mark(self):
        with self.assertRaises(ValueError):
            read("VX")
