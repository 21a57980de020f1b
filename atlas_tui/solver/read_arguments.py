"""Arguments and results as samples write them, as the JSON of a sample."""

from __future__ import annotations

import re
from typing import Any

from atlas_tui.problem import Sample
from atlas_tui.solver.read_signatures import Signature
from atlas_tui.solver.read_values import (
    Unreadable,
    leading_value,
    outside_strings,
    read_value,
    split_top,
    to_json,
)

_GOES_ON = re.compile(r"[ \t]*(?:[+*/%<>=&|^\[{]|-[ \t]*[\d(])|\(|\.\w|[\w\"']")
"""After a value: it was only the beginning of an expression."""


_SEPARATOR = re.compile(
    r"[ \t\n]*(?:,?[ \t\n]+and[ \t\n]+|;[ \t\n]*|\n[ \t]*)(?=[A-Za-z_]\w*[ \t]*[=:](?!=))"
)
_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*(=(?!=)|:)(.*)", re.DOTALL)
_REMARK = re.compile(
    r"[ \t\n`.;]*|[ \t]*\([^()\n]*[A-Za-z]{3}[^()\n]*\)[ \t\n.]*|[ \t`;]*(?://|#|--|—|–)[^\n]*"
    r"|`?\.[ \t]+[A-Z][^\n]*|,?[ \t]+(?:because|since|as|which|explanation)\b[^\n]*"
)
"""After a value that is all of a result: nothing, or words about it."""
_SUM = re.compile(
    r"[ \t]{0,40}(?=[-+*/%×·^().\d \t]{1,200}=)(?=[-+\d(])[^=]*\d[ \t]*[-+*/%×·^][^=]*={1,3}(?P<value>[^\n]*)"
)
"""A sum before its value: ``1 + 2 = 3``."""
_BOUND_TO = re.compile(r"[ \t`]*[A-Za-z_]\w*[ \t]*=(?!=)")


def arguments(inside: str, signature: Signature | None) -> list[Any]:
    """Positional arguments out of the text between the brackets of a call, or of ``a = 1, b = 2``.

    Raises:
        Unreadable: a value is no literal, or the arguments do not fit the signature.
    """
    named, plain = _arguments(inside, signature)
    if named and plain:
        return _mixed(plain, named, signature)
    if named:
        return _ordered(named, signature)
    return _counted(plain, signature)


def doubt(inside: str, signature: Signature | None) -> str:
    """Why the order of readable arguments is a guess, in words; empty when it is none."""
    if signature is None or not signature.known:
        return ""
    named, _ = _arguments(inside, signature)
    if not named or set(named) & {each.name for each in signature.parameters}:
        return ""
    return f"{', '.join(named)} in a sample were taken for the parameters of {signature.name}, in their order"


def _arguments(inside: str, signature: Signature | None) -> tuple[dict[str, Any], list[Any]]:
    known = {each.name for each in signature.parameters} if signature else set()
    named: dict[str, Any] = {}
    plain: list[Any] = []
    for part in split_top(outside_strings(_SEPARATOR, ", ", inside)):
        if not part.strip():
            continue
        match = _NAMED.fullmatch(part)
        if match is not None and (match[2] == "=" or match[1] in known):
            named[match[1]] = _argument(match[3], signature, match[1], -1)
        else:
            plain.append(_argument(part, signature, "", len(plain)))
    return named, plain


def _argument(text: str, signature: Signature | None, name: str, index: int) -> Any:
    try:
        return read_value(text)
    except Unreadable:
        parameters = signature.parameters if signature else ()
        fitting = [each for at, each in enumerate(parameters) if each.name == name or at == index]
        word = text.strip()
        if fitting and fitting[0].annotation == "str" and re.fullmatch(r"[^\s\"'\[\](){}]+", word):
            return word
        raise


def _ordered(named: dict[str, Any], signature: Signature | None) -> list[Any]:
    if signature is None or not signature.known:
        return list(named.values())
    order = [each.name for each in signature.parameters]
    if not set(named) & set(order):
        return _counted(list(named.values()), signature)
    if set(named) <= set(order):
        given = [name for name in order if name in named]
        if given == order[: len(given)] and all(each.optional for each in signature.parameters[len(given) :]):
            return [named[name] for name in given]
        raise Unreadable(f"no value for {', '.join(name for name in order if name not in named)}")
    raise Unreadable(f"{', '.join(sorted(set(named) - set(order)))} is no parameter of {signature.name}")


def _mixed(plain: list[Any], named: dict[str, Any], signature: Signature | None) -> list[Any]:
    if signature is None or not signature.known:
        raise Unreadable("named arguments of an unknown signature")
    filled = {each.name: value for each, value in zip(signature.parameters, plain, strict=False)}
    return _ordered(filled | named, signature)


def _counted(plain: list[Any], signature: Signature | None) -> list[Any]:
    if signature is not None and signature.known:
        most = len(signature.parameters)
        least = sum(not each.optional for each in signature.parameters)
        if not least <= len(plain) <= most:
            raise Unreadable(f"{len(plain)} arguments, but {signature.name} takes {most}")
    return plain


def result(text: str, signature: Signature | None, exact: bool) -> Any:
    """The value a sample expects. ``exact``: all of the text, but for a remark; else what it begins with.

    Raises:
        Unreadable: it is no literal.
    """
    added = _SUM.match(text)
    if added is not None:  # 1 + 2 = 3
        return result(added["value"], signature, exact)
    try:
        return _leading(text, exact)
    except Unreadable:
        bound = _BOUND_TO.match(text) if exact else None
        if bound is not None:
            return _leading(text[bound.end() :], exact)
        if signature is not None and signature.returns == "str":
            line = text.strip() if exact else text.split("\n", 1)[0]
            word = line.strip().strip("`").strip()
            if re.fullmatch(r"[^\n\"']{1,200}" if exact else r"[^\s\"'`,()\[\]]{1,200}", word):
                return word
        raise


def _leading(text: str, exact: bool) -> Any:
    value, rest = leading_value(text.lstrip(" \t\n`") if text.lstrip()[:1] == "`" else text)
    if not _REMARK.fullmatch(rest) if exact else _GOES_ON.match(rest):
        raise Unreadable("not a plain value")
    return value


def sample_of(inside: str, expected: str, signature: Signature | None, exact: bool) -> Sample:
    """A sample out of the text of the arguments and of the result.

    Raises:
        Unreadable: one of them has no JSON form.
    """
    return Sample(
        given=to_json(arguments(inside, signature)), expected=to_json(result(expected, signature, exact))
    )
