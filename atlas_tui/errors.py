"""Errors for people: what happened, why, and what to do next, each one line."""

from __future__ import annotations


class AtlasError(Exception):
    """The base of every error that is shown to the person.

    Anything else that reaches the top is a fault of ours: its traceback goes to the log.
    """

    ours = False
    """The fault is ours (a crash), not the input's (exit code 70)."""

    def __init__(self, what: str, why: str = "", todo: str = "") -> None:
        super().__init__(f"{what}: {why}" if why else what)
        self.what, self.why, self.todo = what, why, todo

    def one_line(self) -> str:
        """Everything in one line, for standard error and toasts."""
        return " — ".join(part for part in (str(self), self.todo) if part)


class InputError(AtlasError):
    """Something the person gave cannot be used (exit code 2)."""


class Refused(AtlasError):
    """A precondition does not hold; nothing was changed (exit code 5)."""
