from bank.errors import AccountClosed, NotEnough


class Account:
    """Amounts are in cents."""

    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        self.closed = False
        self.statement = []

    def deposit(self, amount, text=""):
        self._check(amount)
        self.balance += amount
        self.statement.append((amount, text))

    def withdraw(self, amount, text=""):
        self._check(amount)
        if amount > self.balance:
            raise NotEnough(f"{self.owner} has {self.balance}")
        self.balance -= amount
        self.statement.append((-amount, text))

    def close(self):
        self.closed = True

    def remember(self):
        """What ``restore`` needs to come back to this state."""
        return self.balance, len(self.statement)

    def restore(self, state):
        self.balance, length = state
        del self.statement[length:]

    def _check(self, amount):
        if self.closed:
            raise AccountClosed(self.owner)
        if amount <= 0:
            raise ValueError("an amount is positive")
