import unittest

from urls import URL

SITE = URL("https://x.org/")


class Paths(unittest.TestCase):
    def test_steps(self):
        self.assertEqual(SITE / "a" / "b/", "https://x.org/a/b")

    def test_escaping(self):
        self.assertEqual(SITE / "a b?", "https://x.org/a%20b%3F")

    def test_numbers(self):
        self.assertEqual(SITE / 7, "https://x.org/7")

    def test_nothing_is_changed(self):
        SITE / "a"
        self.assertEqual(SITE, "https://x.org")


class Queries(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(SITE.with_query(a=1, b="x"), "https://x.org?a=1&b=x")

    def test_added_later(self):
        self.assertEqual((SITE / "s").with_query(a=1).with_query(b=2), "https://x.org/s?a=1&b=2")

    def test_values_are_escaped(self):
        self.assertEqual(SITE.with_query(q="fish & chips"), "https://x.org?q=fish%20%26%20chips")
        self.assertEqual(SITE.with_query(q="a/b=c+d"), "https://x.org?q=a%2Fb%3Dc%2Bd")
        self.assertEqual(SITE.with_query(q="ü"), "https://x.org?q=%C3%BC")

    def test_lists(self):
        self.assertEqual(SITE.with_query(tag=["a", "b"]), "https://x.org?tag=a&tag=b")
        self.assertEqual(SITE.with_query(tag=[]), "https://x.org")

    def test_truth(self):
        self.assertEqual(SITE.with_query(all=True, old=False), "https://x.org?all=true&old=false")

    def test_none_is_left_out(self):
        self.assertEqual(SITE.with_query(a=None, b=0), "https://x.org?b=0")


if __name__ == "__main__":
    unittest.main()
