import unittest

from listing import NoSuchPage, Paginator, links


class Pages(unittest.TestCase):
    def test_a_rest(self):
        paginator = Paginator(range(25))
        self.assertEqual(paginator.pages, 3)
        self.assertEqual(paginator.page(3).items, (20, 21, 22, 23, 24))

    def test_exactly_full(self):
        self.assertEqual(Paginator(range(20)).pages, 2)
        self.assertIsNone(Paginator(range(20)).page(2).next)

    def test_no_items(self):
        self.assertEqual(Paginator([]).pages, 1)
        self.assertEqual(Paginator([]).page(1).items, ())

    def test_beyond_the_last(self):
        with self.assertRaises(NoSuchPage):
            Paginator(range(20)).page(3)

    def test_page_zero(self):
        for number in (0, -1):
            with self.subTest(number=number), self.assertRaises(NoSuchPage):
                Paginator(range(5)).page(number)

    def test_neighbours(self):
        page = Paginator(range(25)).page(2)
        self.assertEqual((page.previous, page.next), (1, 3))

    def test_each_item_once(self):
        found = [item for page in Paginator(range(7), 3) for item in page.items]
        self.assertEqual(found, list(range(7)))

    def test_size(self):
        with self.assertRaises(ValueError):
            Paginator([], 0)


class Links(unittest.TestCase):
    def test_gaps(self):
        self.assertEqual(links(Paginator(range(95)).page(5)), [1, None, 4, 5, 6, None, 10])

    def test_short(self):
        self.assertEqual(links(Paginator(range(15)).page(1)), [1, 2])
