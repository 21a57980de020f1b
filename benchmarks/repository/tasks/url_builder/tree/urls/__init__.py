from urls.url import URL

__all__ = ["URL"]
