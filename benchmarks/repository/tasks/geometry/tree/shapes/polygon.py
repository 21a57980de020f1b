from shapes.vector import dot, length, minus, rotated


class Polygon:
    """Corners in order; the last is joined to the first."""

    def __init__(self, corners):
        self.corners = [tuple(map(float, corner)) for corner in corners]
        if len(self.corners) < 3:
            raise ValueError("a polygon has at least three corners")

    @property
    def sides(self):
        """A vector for each side."""
        return [minus(b, a) for a, b in zip(self.corners, self.corners[1:] + self.corners[:1])]

    def perimeter(self):
        return sum(map(length, self.sides))

    def area(self):
        pairs = zip(self.corners, self.corners[1:] + self.corners[:1])
        return abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in pairs)) / 2

    def is_square(self):
        if len(self.corners) != 4:
            return False
        sides = self.sides
        first = length(sides[0])
        if first == 0:
            return False
        if not all(length(side) == first for side in sides):
            return False
        return dot(sides[0], sides[1]) == 0

    def rotated(self, angle):
        return Polygon([rotated(corner, angle) for corner in self.corners])

    def scaled(self, factor):
        return Polygon([(x * factor, y * factor) for x, y in self.corners])
