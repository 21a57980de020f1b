from urllib.parse import quote

PATH_SAFE = "/:@-._~!$&'()*+,;="


def escape_path(text):
    return quote(text, safe=PATH_SAFE)
