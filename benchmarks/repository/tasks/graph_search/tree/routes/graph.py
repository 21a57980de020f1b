class Graph:
    """Places and the roads between them."""

    def __init__(self):
        self._roads = {}

    def add_road(self, a, b, length, one_way=False):
        if length < 0:
            raise ValueError("no road is shorter than nothing")
        self._roads.setdefault(a, {})[b] = length
        self._roads.setdefault(b, {})
        if not one_way:
            self._roads[b][a] = length

    def __contains__(self, place):
        return place in self._roads

    def neighbours(self, place):
        return self._roads[place].items()
