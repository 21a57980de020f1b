class Denied(Exception):
    pass


class Policy:
    def __init__(self, roles):
        self._roles = roles
        self._granted = {}

    def grant(self, user, role):
        self._granted.setdefault(user, set()).add(role)

    def may(self, user, permission):
        return any(permission in self._roles.permissions(role) for role in self._granted.get(user, ()))

    def check(self, user, permission):
        """Raises Denied."""
        if not self.may(user, permission):
            raise Denied(f"{user} may not {permission}")
