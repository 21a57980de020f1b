from routes.graph import Graph
from routes.search import NoRoute, reachable, shortest_path

__all__ = ["Graph", "NoRoute", "reachable", "shortest_path"]
