def transfer(sender, receiver, amount, text=""):
    """Move money."""
    sender.withdraw(amount, text)
    receiver.deposit(amount, text)


def transfer_all(sender, orders):
    """Several transfers ``(receiver, amount)`` of one sender."""
    for receiver, amount in orders:
        transfer(sender, receiver, amount)
