from contextlib import contextmanager


@contextmanager
def _all_or_nothing(*accounts):
    states = [(account, account.remember()) for account in accounts]
    try:
        yield
    except BaseException:
        for account, state in states:
            account.restore(state)
        raise


def transfer(sender, receiver, amount, text=""):
    """Move money; when it fails nothing has changed."""
    with _all_or_nothing(sender, receiver):
        sender.withdraw(amount, text)
        receiver.deposit(amount, text)


def transfer_all(sender, orders):
    """Several transfers ``(receiver, amount)`` of one sender; all of them or none."""
    orders = list(orders)
    with _all_or_nothing(sender, *(receiver for receiver, _ in orders)):
        for receiver, amount in orders:
            transfer(sender, receiver, amount)
