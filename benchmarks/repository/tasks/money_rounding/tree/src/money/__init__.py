from .amount import Money
from .invoice import Invoice, Item

__all__ = ["Invoice", "Item", "Money"]
