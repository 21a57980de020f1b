"""Compiles and runs one candidate in a process that is already locked in.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
Nothing here knows an expected output. What the candidate may forge is only a value, and values are compared
outside.
"""

from __future__ import annotations

import os
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing is slow to import, and nothing here needs it to run
    from typing import Any, Callable, NoReturn

FILE_NAME = "main.py"
"""How the candidate is called in tracebacks."""

# Taken before the candidate runs: it may replace them, and still be called.
_callable, _getattr, _isinstance, _len, _memoryview, _type = (
    callable,
    getattr,
    isinstance,
    len,
    memoryview,
    type,
)


class Channel:
    """Sends how a run ended over a private descriptor, as ``key status payload``.

    Everything it needs is taken before the candidate runs; the key keeps blind writes to guessed descriptors
    from being taken for a result.
    """

    def __init__(self, descriptor: int, key: str) -> None:
        self._descriptor, self._key = descriptor, key
        self._out_of_memory = ("%s memory " % key).encode("ascii")
        self._write = os.write

    def send(self, status: str, payload: str = "") -> None:
        data = _memoryview(("%s %s %s" % (self._key, status, payload)).encode("ascii"))
        while data:
            data = data[self._write(self._descriptor, data) :]

    def send_out_of_memory(self) -> None:
        """Made beforehand: there may be no memory left to make it."""
        self._write(self._descriptor, self._out_of_memory)


def compiled(source: str) -> tuple[types.CodeType | None, str]:
    """The code object, or None and what is wrong, as the interpreter would print it."""
    try:
        return compile(source, FILE_NAME, "exec", dont_inherit=True), ""
    except SyntaxError as error:
        lines = source.splitlines()
        if error.text is None and error.lineno and error.lineno <= len(lines):
            error.text = lines[error.lineno - 1]
        import traceback

        return None, "".join(traceback.format_exception_only(type(error), error))
    except (ValueError, MemoryError, RecursionError, OverflowError) as error:
        return None, "%s: %s\n" % (
            type(error).__name__,
            str(error) or "the program is too complex to compile",
        )


def _show(error: BaseException, source: str) -> None:
    """Print the traceback as the interpreter would, without the frames of this file."""
    shown = error.__traceback__
    while shown is not None and shown.tb_frame.f_code.co_filename != FILE_NAME:
        shown = shown.tb_next
    hook = sys.excepthook
    if hook is not sys.__excepthook__:
        hook(type(error), error, shown)
        return
    import linecache
    import traceback

    linecache.cache[FILE_NAME] = (len(source), None, source.splitlines(True), FILE_NAME)
    traceback.print_exception(type(error), error, shown)


def _fail(error: BaseException, source: str, channel: Channel) -> NoReturn:
    """End with exit code 1 after a traceback, whatever the candidate has done to the interpreter."""
    if isinstance(error, MemoryError):
        channel.send_out_of_memory()
    try:
        _show(error, source)
    except BaseException:  # noqa: BLE001 — a broken sys.stderr or no memory left must still end as exit code 1
        os.write(2, type(error).__name__.encode("ascii", "replace") + b"\n")
    sys.exit(1)


def _module(name: str) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(__file__=FILE_NAME, __builtins__=__builtins__)
    sys.modules[name] = module
    return module


def run_program(code: types.CodeType, source: str, channel: Channel) -> None:
    """Run as ``__main__``; the interpreter then ends as it does after any script."""
    space = _module("__main__").__dict__
    try:
        exec(code, space)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 — whatever it raises is its own failure
        _fail(error, source, channel)


class _Refusal(Exception):
    """There is no value to send: the status to send instead, and a line for standard error."""

    def __init__(self, status: str, line: str) -> None:
        super().__init__(line)
        self.status, self.line = status, line


def _find(module: types.ModuleType, entry_point: str) -> Callable[..., Any] | None:
    """The function or class ``entry_point``, else that method of a fresh ``Solution``."""
    found: Any = module
    for name in entry_point.split("."):
        found = _getattr(found() if _isinstance(found, _type) else found, name, None)
    if _callable(found):
        return found
    solution: Any = _getattr(module, "Solution", None)
    if _isinstance(solution, _type) and _callable(_getattr(solution, entry_point, None)):
        return _getattr(solution(), entry_point)  # type: ignore[no-any-return]
    return None


def _is_own_class(found: Any, module: types.ModuleType) -> bool:
    """Whether it is a class of the candidate, and not, say, ``f = int``."""
    return _isinstance(found, _type) and found.__module__ == module.__name__


def _steps(name: str, values: Any) -> list[tuple[str, list[Any]]] | None:
    """The calls in ``[[names], [arguments of each]]``, first the class ``name``; None where it has none."""
    if not isinstance(values, list) or len(values) != 2 or not all(isinstance(part, list) for part in values):
        return None
    names, arguments = values
    if not 0 < len(names) == len(arguments) or names[0] != name:
        return None
    if not all(isinstance(one, str) for one in names) or not all(isinstance(one, list) for one in arguments):
        return None
    return [(names[place], arguments[place]) for place in range(len(names))]


def _play(kind: Callable[..., Any], steps: list[tuple[str, list[Any]]], encode: Callable[[Any], str]) -> str:
    """Make the object and call its methods, one after the other; what they return as a JSON array.

    Each value is written down before the next call: the object may hand out a list and change it later.
    """
    made = kind(*steps[0][1])
    texts = ["null"]
    for name, arguments in steps[1:]:
        if name.startswith("_"):
            raise AttributeError("%r is not a method that may be called from outside" % name)
        value = _getattr(made, name)(*arguments)
        texts.append(_encoded(encode, value))
    return "[%s]" % ",".join(texts)


def _encoder() -> Callable[[Any], str]:
    """Writes strict JSON. It keeps what it needs, where that is native code, whatever is replaced later."""
    from json import encoder

    whole = encoder.JSONEncoder(allow_nan=False, separators=(",", ":"))
    make: Any = encoder.c_make_encoder  # type: ignore[attr-defined]
    try:
        # In the order of JSONEncoder.iterencode; the last is allow_nan.
        pieces = make({}, whole.default, encoder.encode_basestring_ascii, None, ":", ",", False, False, False)
    except TypeError:  # not there, or made otherwise in this version
        return whole.encode
    return lambda value: "".join(pieces(value, 0))


def _encoded(encode: Callable[[Any], str], value: Any) -> str:
    try:
        return encode(value)
    except RecursionError:
        reason = "nested too deeply"
    except (TypeError, ValueError, OverflowError) as error:
        reason = "%s" % error
    raise _Refusal("not-json", "ValueError: the returned value has no JSON form: %s" % reason)


def _answer(
    module: types.ModuleType, entry_point: str, values: Any, steps: list[tuple[str, list[Any]]] | None,
    encode: Callable[[Any], str],
) -> str:  # fmt: skip
    """What the loaded program returns for ``values``, as JSON."""
    found = _find(module, entry_point)
    if found is None:
        raise _Refusal("missing", "NameError: the program defines no function %r" % entry_point)
    if not _is_own_class(found, module):
        return _encoded(encode, found(*values))
    if steps is None:
        must = "its arguments must be [[names], [arguments of each]], the first name its own"
        raise _Refusal("bad-calls", "ValueError: %s is a class: %s" % (entry_point, must))
    return _play(found, steps, encode)


def run_function(
    code: types.CodeType, source: str, entry_point: str, arguments: str, channel: Channel, most: int
) -> NoReturn:
    """Load as a module, call the entry point, send what it returns as strict JSON of at most ``most`` bytes.

    Where the entry point names a class, ``arguments`` are ``[[names], [arguments of each]]``, beginning with
    the class itself, and the result is the array of what each call returned: null for the first.
    Tuples become lists; NaN, infinities and what JSON has no form for are refused with a clear line.
    """
    import json

    encode = _encoder()
    values = json.loads(arguments)
    steps = _steps(entry_point.rpartition(".")[2], values)
    leave, write = os._exit, os.write
    module = _module("candidate")
    try:
        exec(code, module.__dict__)
        text = _answer(module, entry_point, values, steps, encode)
    except SystemExit:
        raise
    except _Refusal as refusal:
        channel.send(refusal.status)
        write(2, ("%s\n" % refusal.line[:600]).encode("utf-8", "backslashreplace"))
        raise SystemExit(1) from None
    except BaseException as error:  # noqa: BLE001 — whatever it raises is its own failure
        _fail(error, source, channel)
    _deliver(text, channel, most)
    try:
        sys.stdout.flush()
    finally:
        leave(0)  # threads the candidate left behind must not turn an answer into a timeout


def _deliver(text: str, channel: Channel, most: int) -> None:
    if _len(text) > most:
        channel.send("too-large")
        raise SystemExit(1)
    channel.send("value", text)
