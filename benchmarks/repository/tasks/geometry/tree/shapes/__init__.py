from shapes.polygon import Polygon

__all__ = ["Polygon"]
