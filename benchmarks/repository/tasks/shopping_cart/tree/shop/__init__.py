from shop.cart import Cart
from shop.discounts import Coupon

__all__ = ["Cart", "Coupon"]
