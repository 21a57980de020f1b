class Jug:
    def __init__(self, capacity):
        self.capacity = capacity
        self.level = 0

    def fill(self):
        self.level = self.capacity

    def empty(self):
        self.level = 0

    def pour(self, other):
        poured = min(self.level, other.capacity - other.level)
        self.level -= poured
        other.level += poured
        return poured
