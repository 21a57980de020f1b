from accounts.errors import NameTaken
from accounts.store import Store
from accounts.validation import check_email, check_name, check_password


class Accounts:
    def __init__(self, store=None):
        self._store = store or Store()

    def sign_up(self, name, email, password):
        """A new user. Raises Invalid and NameTaken."""
        check_name(name)
        check_email(email)
        check_password(password)
        if name in self._store:
            raise NameTaken(name)
        user = {"name": name, "email": email, "password": password}
        self._store.save(user)
        return user

    def user(self, name):
        return self._store.get(name)
