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
        data = memoryview(("%s %s %s" % (self._key, status, payload)).encode("ascii"))
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


def _find(module: types.ModuleType, entry_point: str) -> Callable[..., Any] | None:
    """The function ``entry_point``, else that method of a fresh ``Solution``."""
    found: Any = module
    for name in entry_point.split("."):
        found = getattr(found() if isinstance(found, type) else found, name, None)
    if callable(found):
        return found  # type: ignore[no-any-return]
    solution = getattr(module, "Solution", None)
    if isinstance(solution, type) and callable(getattr(solution, entry_point, None)):
        return getattr(solution(), entry_point)  # type: ignore[no-any-return]
    return None


def run_function(
    code: types.CodeType, source: str, entry_point: str, arguments: str, channel: Channel, most: int
) -> NoReturn:
    """Load as a module, call the entry point, send what it returns as strict JSON of at most ``most`` bytes.

    Tuples become lists; NaN, infinities and what JSON has no form for are refused with a clear line.
    """
    import json

    encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode
    values = json.loads(arguments)
    leave, flush_to = os._exit, os.write
    module = _module("candidate")
    try:
        exec(code, module.__dict__)
        function = _find(module, entry_point)
        if function is None:
            flush_to(2, ("NameError: the program defines no function %r\n" % entry_point).encode())
            channel.send("missing")
            sys.exit(1)
        value = function(*values)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 — whatever it raises is its own failure
        _fail(error, source, channel)
    try:
        text = encode(value)
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        flush_to(2, ("ValueError: the returned value has no JSON form: %s\n" % reason[:500]).encode())
        channel.send("not-json")
        sys.exit(1)
    _deliver(text, channel, most)
    try:
        sys.stdout.flush()
    finally:
        leave(0)  # threads the candidate left behind must not turn an answer into a timeout


def _deliver(text: str, channel: Channel, most: int) -> None:
    if len(text) > most:
        channel.send("too-large")
        sys.exit(1)
    channel.send("value", text)
