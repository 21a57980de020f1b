class Stats:
    """Counts how often the cache helped."""

    def __init__(self):
        self.hits = 0
        self.misses = 0

    @property
    def ratio(self):
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0
