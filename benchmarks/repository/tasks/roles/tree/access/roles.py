class Roles:
    """Permissions by role, and from which other roles a role inherits."""

    def __init__(self):
        self._own = {}
        self._parents = {}

    def define(self, role, permissions=(), parents=()):
        self._own[role] = frozenset(permissions)
        self._parents[role] = tuple(parents)

    def delete(self, role):
        del self._own[role]
        del self._parents[role]

    def permissions(self, role):
        """All that a role may do, inherited ones included. Raises KeyError where it is unknown."""
        found = set(self._own[role])
        for parent in self._parents[role]:
            found |= self.permissions(parent)
        return found
