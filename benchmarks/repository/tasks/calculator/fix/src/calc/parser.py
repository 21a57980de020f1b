"""Recursive descent: sum, product, factor, power, atom."""

from __future__ import annotations

from calc.tokens import CalcError, Token, tokens


def evaluate(text: str) -> float:
    parser = _Parser(tokens(text))
    value = parser.sum()
    if parser.sign():
        raise CalcError(f"unexpected {parser.sign()!r}")
    return value


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._place = 0

    def sign(self) -> str:
        """What stands next; empty at the end."""
        return self._tokens[self._place].text if self._place < len(self._tokens) else ""

    def _accept(self, *signs: str) -> str:
        sign = self.sign()
        if sign and sign in signs:
            self._place += 1
            return sign
        return ""

    def sum(self) -> float:
        value = self.product()
        while sign := self._accept("+", "-"):
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> float:
        value = self.factor()
        while sign := self._accept("*", "/"):
            other = self.factor()
            if sign == "/" and other == 0:
                raise CalcError("division by zero")
            value = value * other if sign == "*" else value / other
        return value

    def factor(self) -> float:
        if self._accept("-"):
            return -self.factor()
        return self.power()

    def power(self) -> float:
        value = self.atom()
        if self._accept("^"):
            value = value ** self.factor()
        return value

    def atom(self) -> float:
        if self._accept("("):
            value = self.sum()
            if not self._accept(")"):
                raise CalcError("a bracket is not closed")
            return value
        if self._place < len(self._tokens) and self._tokens[self._place].kind == "number":
            self._place += 1
            return float(self._tokens[self._place - 1].text)
        raise CalcError(f"a number is missing before {self.sign() or 'the end'!r}")
