"""Grammars of answers: GBNF or a JSON schema, compiled and checked before anything is decoded."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import math
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from llama_cpp import llama_cpp as ll
from llama_cpp.llama_grammar import json_schema_to_gbnf

from atlas_tui.engine.base import EngineError, Grammar
from atlas_tui.engine.llama.native import Model, NativeError

log = logging.getLogger(__name__)

MOST_CHARACTERS = 256 * 1024
"""Longest grammar or schema; llama.cpp's parser recurses and has no limit of its own."""
MOST_NESTING = 1000
"""Deepest nesting of groups; at some thousands the parser overflows the stack."""
MOST_REPEATS = 1000
"""Highest bound in a schema: the converter writes every repetition out."""

_NO_GROUPS = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|#[^\n]*', re.DOTALL)
_BOUNDS = re.compile(r"\{\s*(\d{1,40})\s*,\s*(\d{1,40})\s*\}")
_QUANTIFIER = re.compile(r"\{(\d{1,40})(?:,(\d{1,40})?)?\}")
_COUNTS = ("minItems", "maxItems", "minLength", "maxLength")

_FAULTS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
    re.error,
)
"""What the converter of schemas raises on one it does not know."""


class CompiledGrammar:
    """A grammar for the vocabulary of ``model`` (``llama_sampler_init_grammar``).

    Raises:
        EngineError: it is neither GBNF nor a JSON schema, too large, or llama.cpp cannot use it.
    """

    def __init__(self, model: Model, grammar: Grammar) -> None:
        text = _checked(_gbnf(grammar))
        vocabulary = ll.llama_model_get_vocab(model.handle)
        with _native_errors() as errors:
            self._handle: Any = ll.llama_sampler_init_grammar(vocabulary, text, b"root")
        if not self._handle:
            raise _bad(_reason(errors))

    def fresh(self) -> Any:
        """A native sampler at the grammar's begin; the caller frees it. Raises: NativeError."""
        copy = ll.llama_sampler_clone(self._handle) if self._handle else None
        if not copy:
            raise NativeError("the grammar could not be copied")
        return copy

    def close(self) -> None:
        if self._handle:
            ll.llama_sampler_free(self._handle)
            self._handle = None


def _gbnf(grammar: Grammar) -> str:
    if bool(grammar.gbnf) == bool(grammar.json_schema):
        raise _bad("give either GBNF or a JSON schema")
    if grammar.gbnf:
        return grammar.gbnf
    _check_length(grammar.json_schema)
    try:
        schema = json.loads(grammar.json_schema)
        if not isinstance(schema, dict):
            raise _bad("the JSON schema is not an object")
        _check_counts(schema)
        return str(json_schema_to_gbnf(grammar.json_schema))
    except _FAULTS as error:
        log.info("a JSON schema was refused", exc_info=True)
        raise _bad(f"the JSON schema cannot be used: {str(error) or type(error).__name__}") from error


def _check_counts(schema: object) -> None:
    """Refuse counts that the converter would write out as a text of any length. Raises: EngineError."""
    match schema:
        case dict():
            counts = [schema[name] for name in _COUNTS if isinstance(schema.get(name), (int, float))]
            pattern = schema.get("pattern")
            if isinstance(pattern, str):
                # Nested quantifiers multiply.
                bounds = [max(int(one or 1) for one in found) for found in _QUANTIFIER.findall(pattern)]
                counts.append(math.prod(one for one in bounds if one > 1))
            if any(count > MOST_REPEATS for count in counts):
                raise _bad(f"it repeats something more than {MOST_REPEATS:,} times")
            for part in schema.values():
                _check_counts(part)
        case list():
            for part in schema:
                _check_counts(part)


def _checked(text: str) -> bytes:
    """The grammar for llama.cpp's parser, without what makes that crash or never return.

    Raises: EngineError.
    """
    _check_length(text)
    bare = _NO_GROUPS.sub("", text)
    depth = 0
    for character in re.sub(r"[^()]", "", bare):
        depth += 1 if character == "(" else -1
        if depth > MOST_NESTING:
            raise _bad(f"its groups are nested deeper than {MOST_NESTING:,}")
    for least, most in _BOUNDS.findall(bare):
        if int(most) < int(least):
            raise _bad(f"a repetition of at least {least} and at most {most} times")
    if "\0" in text:
        raise _bad("it holds a NUL character")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise _bad("it holds half a surrogate pair, which is no character") from error


def _check_length(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise _bad(f"it has {len(text):,} characters; {MOST_CHARACTERS:,} are possible")


@contextlib.contextmanager
def _native_errors() -> Iterator[list[str]]:
    """The lines that llama.cpp writes meanwhile: the parser's own go to file descriptor 2 and nowhere else,
    others through its log to Python's standard error. They are passed on to where they were going.
    """
    lines: list[str] = []
    logged = io.StringIO()
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is no such descriptor
        yield lines
        return
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            with contextlib.redirect_stderr(logged):
                yield lines
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            sink.seek(0)
            text = sink.read(64 * 1024)
            if text:
                os.write(2, text)
            sys.stderr.write(logged.getvalue())
            sys.stderr.flush()
            lines += text.decode("utf-8", "replace").splitlines() + logged.getvalue().splitlines()


def _reason(lines: list[str]) -> str:
    told = [line.strip() for line in lines if "error" in line.lower() or "recursi" in line.lower()]
    return f"llama.cpp: {told[0][:200]}" if told else "llama.cpp cannot read it"


def _bad(why: str) -> EngineError:
    return EngineError("The grammar cannot be used", " ".join(why.split()), "correct the request's grammar")
