from tinymatrix.matrix import Matrix
from tinymatrix.products import multiply, power

__all__ = ["Matrix", "multiply", "power"]
