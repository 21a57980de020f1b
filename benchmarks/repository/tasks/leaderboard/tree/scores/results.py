class Results:
    """Best points of each player, in the order in which they were reached."""

    def __init__(self):
        self._best = {}

    def add(self, player, points):
        if player in self._best:
            if points <= self._best[player]:
                return
            del self._best[player]
        self._best[player] = points

    def items(self):
        return list(self._best.items())
