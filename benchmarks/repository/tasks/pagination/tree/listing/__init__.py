from listing.links import links
from listing.paginator import NoSuchPage, Page, Paginator

__all__ = ["NoSuchPage", "Page", "Paginator", "links"]
