from inventory.errors import OutOfStock, UnknownProduct
from inventory.warehouse import Warehouse

__all__ = ["OutOfStock", "UnknownProduct", "Warehouse"]
