class Store:
    """Users by name."""

    def __init__(self):
        self._users = {}

    def __contains__(self, name):
        return name in self._users

    def save(self, user):
        self._users[user["name"]] = user

    def get(self, name):
        return self._users[name]
