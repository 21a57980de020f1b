from urls.escaping import escape_path


class URL:
    """An address that is never changed: each method gives a new one."""

    def __init__(self, base, path="", query=()):
        self._base = base.rstrip("/")
        self._path = path
        self._query = tuple(query)

    def __truediv__(self, part):
        """Go one step down."""
        return URL(self._base, f"{self._path}/{escape_path(str(part).strip('/'))}", self._query)

    def with_query(self, **parameters):
        """Add parameters, in their order."""
        return URL(self._base, self._path, self._query + tuple(parameters.items()))

    def __str__(self):
        query = "&".join(f"{key}={value}" for key, value in self._query)
        return self._base + self._path + ("?" + query if query else "")

    def __eq__(self, other):
        return str(self) == str(other)

    def __hash__(self):
        return hash(str(self))
