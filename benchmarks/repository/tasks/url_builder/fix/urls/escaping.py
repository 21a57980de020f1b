from urllib.parse import quote

PATH_SAFE = "/:@-._~!$&'()*+,;="


def escape_path(text):
    return quote(text, safe=PATH_SAFE)


def escape_value(value):
    """A value of a query, as text."""
    if isinstance(value, bool):
        value = str(value).lower()
    return quote(str(value), safe="-._~")
