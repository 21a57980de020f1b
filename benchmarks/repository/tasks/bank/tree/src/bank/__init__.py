from bank.account import Account
from bank.errors import AccountClosed, BankError, NotEnough
from bank.transfers import transfer, transfer_all

__all__ = ["Account", "AccountClosed", "BankError", "NotEnough", "transfer", "transfer_all"]
