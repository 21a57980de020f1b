import unittest

from tinymatrix import Matrix, multiply, power


class TestProducts(unittest.TestCase):
    def test_multiply(self):
        self.assertEqual(multiply(Matrix([[1, 2]]), Matrix([[3], [4]])), Matrix([[11]]))

    def test_shapes_must_fit(self):
        self.assertRaises(ValueError, multiply, Matrix([[1, 2]]), Matrix([[1, 2]]))

    def test_fibonacci(self):
        self.assertEqual(power(Matrix([[1, 1], [1, 0]]), 10)[0, 1], 55)
