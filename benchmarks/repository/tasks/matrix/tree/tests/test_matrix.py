import unittest

from tinymatrix import Matrix


class TestMatrix(unittest.TestCase):
    def test_shape(self):
        self.assertEqual(Matrix.zeros(2, 3).shape, (2, 3))
        self.assertEqual(Matrix([]).shape, (0, 0))

    def test_rows_of_one_length(self):
        with self.assertRaises(ValueError):
            Matrix([[1], [1, 2]])

    def test_one_cell_changes(self):
        matrix = Matrix.zeros(2, 2)
        matrix[0, 0] = 5
        self.assertEqual(matrix, Matrix([[5, 0], [0, 0]]))

    def test_a_copy_is_separate(self):
        matrix = Matrix([[1, 2], [3, 4]])
        other = matrix.copy()
        other[1, 1] = 9
        self.assertEqual(matrix[1, 1], 4)
        self.assertEqual(other[1, 1], 9)

    def test_identity(self):
        self.assertEqual(Matrix.identity(2), Matrix([[1, 0], [0, 1]]))

    def test_transposed(self):
        self.assertEqual(Matrix([[1, 2, 3]]).transposed(), Matrix([[1], [2], [3]]))
