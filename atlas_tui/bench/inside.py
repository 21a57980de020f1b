"""Runs one recorded program on many calls, inside the sandbox: standard library only, Python 3.8 or newer.

Every call gets a fresh copy of the program, its own time limit and no output, and may fail as it likes. This
file is read as text and sent in as the program whose function ``answer`` is called. It writes down each
result at once: what ends the whole process leaves those before it.
"""

from __future__ import annotations

import builtins
import io
import json
import os
import random
import signal
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TICK = 0.05
"""Seconds between two signals once the time is over: a program may swallow the first."""
_LONGEST = 100000
_dumps, _repr, _sorted, _write = json.dumps, repr, sorted, os.write


class _TimeOver(BaseException):
    """The call has used up its time."""


class _Nowhere(io.TextIOBase):
    """Takes what is printed and keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


class _Clock:
    """Raises ``_TimeOver`` in the call that runs, by processor time."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.armed = seconds, False
        signal.signal(signal.SIGVTALRM, self._over)

    def _over(self, *_: Any) -> None:
        if self.armed:
            raise _TimeOver

    def start(self) -> None:
        self.armed = True
        signal.setitimer(signal.ITIMER_VIRTUAL, self.seconds, _TICK)

    def stop(self) -> None:
        self.armed = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def answer(source: str, entry_point: str, steps: list[Any], seconds: float, patience: int, mark: str) -> int:
    """Write a line for each step: ``mark``, how it ended, its value. Gives the number of lines.

    After ``patience`` time-outs the steps that are left count as such too.
    """
    out, over = os.dup(1), 0
    try:
        code = compile(source, "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        code = None
    clock = _Clock(seconds)
    for step in steps:
        if code is None:
            found = ["CE", ""]
        elif over >= patience:
            found = ["TLE", ""]
        else:
            found = _guarded(code, entry_point, step, clock)
        over += found[0] == "TLE"
        _tell(out, "\n" + " ".join([mark, *found]) + "\n")
    return len(steps)


def _tell(out: int, line: str) -> None:
    data = line.encode("ascii", "replace")
    while data:
        data = data[_write(out, data) :]


def _guarded(code: types.CodeType, entry_point: str, step: Any, clock: _Clock) -> list[str]:
    streams, depth = (sys.stdin, sys.stdout, sys.stderr), sys.getrecursionlimit()
    random.seed(7)
    try:
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(""), _Nowhere(), _Nowhere()
        clock.start()
        return _one(code, entry_point, step)
    except _TimeOver:
        return ["TLE", ""]
    except MemoryError:
        return ["MLE", ""]
    except AssertionError:
        return ["WA", ""]
    except BaseException:  # noqa: BLE001 — whatever it raises is its own failure
        return ["RE", ""]
    finally:
        clock.stop()
        sys.stdin, sys.stdout, sys.stderr = streams
        sys.setrecursionlimit(depth)


def _one(code: types.CodeType, entry_point: str, step: Any) -> list[str]:
    module = types.ModuleType("candidate")
    space = module.__dict__
    space.update(__file__="main.py", __builtins__=builtins)
    sys.modules["candidate"] = module
    exec(code, space)
    found = _found(space, entry_point)
    if found is not None:
        for name in ("_entry_point_", "candidate", entry_point):
            space.setdefault(name, found)
    if step["do"] == "call":
        if found is None:
            return ["CE", ""]
        return ["OK", _written(found(**step["kwargs"]))]
    if step["do"] == "value":
        exec(step["setup"], space)
        return ["OK", _written(eval(step["code"], space))]
    exec(step["code"], space)
    return ["OK", ""]


def _found(space: dict[str, Any], entry_point: str) -> Any:
    """The function of that name, else that method of a fresh ``Solution``."""
    if not entry_point:
        return None
    if entry_point in space:
        return space[entry_point]
    solution = space.get("Solution")
    return getattr(solution(), entry_point, None) if isinstance(solution, type) else None


def _written(value: Any) -> str:
    text = _dumps(_form(value))
    if len(text) > _LONGEST:
        import hashlib

        text = _dumps({"~": "long", "v": hashlib.sha256(text.encode()).hexdigest()})
    return text


def _form(value: Any) -> Any:  # noqa: PLR0911 — one for each kind
    """The value as JSON, with marks where JSON has no form of its own."""
    kind = type(value)
    if kind.__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value) if -(10**18) < value < 10**18 else {"~": "int", "v": hex(value)}
    if isinstance(value, float):
        value = float(value)
        return value if value - value == 0 else {"~": "float", "v": _repr(value)}
    if isinstance(value, list):
        return [_form(item) for item in value]
    if isinstance(value, tuple):
        return {"~": "tuple", "v": [_form(item) for item in value]}
    if isinstance(value, dict):
        return {"~": "dict", "v": [[_form(key), _form(item)] for key, item in value.items()]}
    if isinstance(value, (set, frozenset)):
        return {"~": "set", "v": _sorted((_form(item) for item in value), key=_dumps)}
    if isinstance(value, (bytes, bytearray)):
        return {"~": "bytes", "v": bytes(value).hex()}
    if isinstance(value, complex):
        return {"~": "complex", "v": [_repr(value.real), _repr(value.imag)]}
    return {"~": "other", "v": kind.__name__}
