import re

from accounts.errors import Invalid

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,19}")
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
SHORTEST_PASSWORD = 8


def check_name(name):
    if not NAME.fullmatch(name):
        raise Invalid("name", "3 to 20 letters, digits or _")


def check_email(email):
    if not EMAIL.fullmatch(email):
        raise Invalid("email", "this is no address")


def check_password(password):
    if len(password.strip()) < SHORTEST_PASSWORD:
        raise Invalid("password", f"at least {SHORTEST_PASSWORD} characters")
