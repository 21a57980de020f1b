import heapq
from itertools import count


class NoRoute(Exception):
    pass


def shortest_path(graph, start, goal):
    """Length and places of the shortest way. Raises NoRoute."""
    if start not in graph or goal not in graph:
        raise NoRoute(f"{start} to {goal}")
    order = count()
    queue = [(0, next(order), start, (start,))]
    done = set()
    while queue:
        length, _, place, path = heapq.heappop(queue)
        if place == goal:
            return length, list(path)
        for other, road in graph.neighbours(place):
            if other not in done:
                done.add(other)
                heapq.heappush(queue, (length + road, next(order), other, path + (other,)))
    raise NoRoute(f"{start} to {goal}")


def reachable(graph, start):
    """All places that can be reached."""
    found = {start}
    waiting = [start]
    while waiting:
        for other, _ in graph.neighbours(waiting.pop()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
