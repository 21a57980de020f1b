import unittest

from train_stops import delay


class TrainStops(unittest.TestCase):
    def test_on_time(self):
        self.assertEqual(delay(["10:00"], ["10:00"]), 0)

    def test_late(self):
        self.assertEqual(delay(["10:00", "10:30"], ["10:02", "10:31"]), 2)

    def test_early(self):
        self.assertEqual(delay(["10:00"], ["09:55"]), 0)

    def test_over_midnight(self):
        self.assertEqual(delay(["23:58"], ["00:03"]), 5)

    def test_early_over_midnight(self):
        self.assertEqual(delay(["00:01"], ["23:59"]), 0)
