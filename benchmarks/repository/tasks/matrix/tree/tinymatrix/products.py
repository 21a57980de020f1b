from tinymatrix.matrix import Matrix


def multiply(a, b):
	if a.shape[1] != b.shape[0]:
		raise ValueError(f"{a.shape} and {b.shape} do not fit")
	columns = b.transposed().rows
	return Matrix([[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a.rows])


def power(matrix, exponent):
	result = Matrix.identity(matrix.shape[0])
	while exponent:
		if exponent & 1:
			result = multiply(result, matrix)
		matrix = multiply(matrix, matrix)
		exponent >>= 1
	return result
