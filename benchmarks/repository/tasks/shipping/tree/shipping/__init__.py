from shipping.quote import Parcel, quote, quote_all

__all__ = ["Parcel", "quote", "quote_all"]
