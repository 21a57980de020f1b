"""Ends a candidate as the interpreter would end a script, without the cost of taking the interpreter down.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
The steps are those of ``Py_FinalizeEx``: threads, exit handlers, what the main module held, streams.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing is slow to import, and nothing here needs it to run
    from typing import Callable, NoReturn

_UNFLUSHED = 120
"""How an interpreter ends that could not write what it had buffered."""

# Taken before the candidate runs: it may replace any of them.
_leave, _write, _collect = os._exit, os.write, gc.collect
_wait_for_threads: Callable[[], None] = threading._shutdown  # type: ignore[attr-defined]
_run_handlers: Callable[[], None] = atexit._run_exitfuncs


def leave(code: object) -> NoReturn:
    """End this process as ``raise SystemExit(code)`` would."""
    status = _status(code)
    for step in (_wait_for_threads, _run_handlers, _forget_main):
        _despite_errors(step)
    flushed = [_despite_errors(flush) for flush in (_flush_out, _flush_error, _flush_own)]
    _leave(status if all(flushed) else status or _UNFLUSHED)


def _status(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -(1 << 63) <= code < 1 << 63 else 0xFF
    _despite_errors(lambda: print(code, file=sys.stderr))
    return 1


def _forget_main() -> None:
    """Files that were never closed are written when nothing refers to them any more."""
    for name in ("__main__", "candidate"):
        sys.modules.pop(name, None)
    _collect()


def _flush_out() -> None:
    _flush(sys.stdout)


def _flush_error() -> None:
    _flush(sys.stderr)


def _flush_own() -> None:
    for stream in (sys.__stdout__, sys.__stderr__):
        _flush(stream)


def _flush(stream: object) -> None:
    if stream is not None and not getattr(stream, "closed", False):
        stream.flush()  # type: ignore[attr-defined]


def _despite_errors(step: Callable[[], object]) -> bool:
    """Whether ``step`` worked; what it raised is shown, and the end goes on."""
    try:
        step()
    except BaseException:  # noqa: BLE001 — nothing the candidate left behind may keep it from ending
        _show()
        return False
    return True


def _show() -> None:
    try:
        _write(2, traceback.format_exc().encode("utf-8", "backslashreplace"))
    except BaseException:  # noqa: BLE001 — its standard error may be gone, and traceback may be patched
        return
