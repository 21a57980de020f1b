"""``manage.py test`` that tells the controller each result; the first argument is what to run."""

from __future__ import annotations

import importlib
import os
import runpy
import sys

from . import channel, unittest_runner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAME = __name__ if __name__ != "__main__" else __spec__.name
_tell: Any = None


def _made() -> Any:
    """The runner that the settings name, as far as it is one of Django's, with results that are told."""
    settings: Any = importlib.import_module("django.conf").settings
    usual: Any = importlib.import_module("django.test.runner").DiscoverRunner
    named: Any = importlib.import_module("django.test.utils").get_runner(settings)
    base = named if isinstance(named, type) and issubclass(named, usual) else usual

    class Runner(base):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **values: Any) -> None:
            # Each test has to end, here, and nobody can be asked anything.
            values.update(parallel=0, failfast=False, pdb=False, interactive=False)
            super().__init__(*args, **values)

        def run_suite(self, suite: Any, **_: Any) -> Any:
            return unittest_runner.Runner(_tell).run(suite)

    return Runner


def __getattr__(name: str) -> Any:
    if name == "Runner" and _tell is not None:
        return _made()
    raise AttributeError(name)


def main() -> None:
    """Run Django's own entry with the runner of this module."""
    global _tell
    _tell = channel.claim()
    if _tell is None:
        raise SystemExit("this is started by its controller only")
    sys.modules[_NAME] = sys.modules["__main__"]  # Django imports the runner by its name.
    program, *arguments = sys.argv[1:]
    sys.argv = [program, *arguments, "--testrunner=%s.Runner" % _NAME]
    if program == "django":
        runpy.run_module("django", run_name="__main__")
        return
    sys.path[0] = os.path.dirname(os.path.abspath(program))
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
