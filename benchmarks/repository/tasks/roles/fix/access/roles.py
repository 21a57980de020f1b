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
        if role not in self._own:
            raise KeyError(role)
        found = set()
        seen = set()
        waiting = [role]
        while waiting:
            current = waiting.pop()
            if current in seen or current not in self._own:
                continue
            seen.add(current)
            found |= self._own[current]
            waiting.extend(self._parents[current])
        return found
