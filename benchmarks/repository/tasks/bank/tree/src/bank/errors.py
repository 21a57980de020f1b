class BankError(Exception):
    pass


class NotEnough(BankError):
    pass


class AccountClosed(BankError):
    pass
