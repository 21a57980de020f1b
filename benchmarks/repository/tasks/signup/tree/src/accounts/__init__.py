from accounts.errors import Invalid, NameTaken
from accounts.service import Accounts

__all__ = ["Accounts", "Invalid", "NameTaken"]
