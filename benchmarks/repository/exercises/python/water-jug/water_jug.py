class Jug:
    def __init__(self, capacity):
        pass

    def fill(self):
        pass

    def empty(self):
        pass

    def pour(self, other):
        pass
