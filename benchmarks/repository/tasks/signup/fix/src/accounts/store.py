class Store:
    """Users by name; capital letters do not tell names apart."""

    def __init__(self):
        self._users = {}

    def __contains__(self, name):
        return name.lower() in self._users

    def save(self, user):
        self._users[user["name"].lower()] = user

    def get(self, name):
        return self._users[name.lower()]
