class Matrix:
	"""Rows of numbers, all of one length."""

	def __init__(self, rows):
		self.rows = rows
		if len({len(row) for row in rows}) > 1:
			raise ValueError("rows differ in length")

	@classmethod
	def zeros(cls, height, width):
		return cls([[0] * width] * height)

	@classmethod
	def identity(cls, size):
		matrix = cls([[0 for _ in range(size)] for _ in range(size)])
		for number in range(size):
			matrix[number, number] = 1
		return matrix

	@property
	def shape(self):
		return len(self.rows), len(self.rows[0]) if self.rows else 0

	def __getitem__(self, place):
		row, column = place
		return self.rows[row][column]

	def __setitem__(self, place, value):
		row, column = place
		self.rows[row][column] = value

	def __eq__(self, other):
		return isinstance(other, Matrix) and self.rows == other.rows

	def copy(self):
		return Matrix(list(self.rows))

	def transposed(self):
		return Matrix([list(column) for column in zip(*self.rows)])

	def __repr__(self):
		return f"Matrix({self.rows!r})"
