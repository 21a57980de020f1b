"""Signs in Python that a program has to do with the tests that run it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from atlas_tui.workspace.pieces import parsed

ENDS = "it ends the process"
RUNNER = "it reaches into the test runner"
MODULES = "it reaches into loaded modules"
OBJECTS = "it reaches into objects of others"
STACK = "it looks at who calls it"
TEXT = "it runs text as code"
EQUAL = "it has objects that are equal to everything"
EXIT = "it ends the process when it is imported"
HOOKS = "it defines hooks of the test runner"
BUILTINS = "it changes what is built in"
UNREADABLE = "it cannot be read, so it is not known what it does"

_CALLED = {
    ENDS: {"os._exit", "os.abort", "signal.raise_signal", "posix._exit", "faulthandler._sigsegv"},
    MODULES: {"sys.modules", "sys.meta_path", "sys.path_hooks", "importlib.reload"},
    OBJECTS: {"gc.get_objects", "gc.get_referrers", "gc.get_referents"},
    STACK: {
        "sys._getframe", "sys._current_frames", "inspect.stack", "inspect.currentframe", "inspect.trace",
        "sys.settrace", "sys.setprofile", "threading.settrace", "traceback.extract_stack",
    },
    RUNNER: {"os.dup2", "os.getppid", "os.closerange", "atexit.register", "sys.excepthook"},
}  # fmt: skip
_BY_NAME = {name: words for words, names in _CALLED.items() for name in names}
_IMPORTED = {
    **dict.fromkeys(("pytest", "_pytest", "unittest", "pluggy", "doctest", "nose", "nose2", "xdist"), RUNNER),
    "ctypes": "it reaches under the language",
    "_ctypes": "it reaches under the language",
    "cffi": "it reaches under the language",
    "gc": OBJECTS,
    "builtins": BUILTINS,
}
_EXITS = {"sys.exit", "exit", "quit", "os._exit"}
_HOOK = re.compile(r"pytest_\w+|load_tests|collect_ignore(_glob)?|__unittest\w*|__tracebackhide__")
_ALWAYS = ("__eq__", "__ne__")


def signs(text: str, in_tests: bool = False) -> Iterator[str]:
    """What is noticed in a program, in words, once for every place where it is.

    Args:
        text: the program; one that cannot be read is a sign itself.
        in_tests: it is a test file, which may use the test runner.
    """
    module = parsed(text)
    if module is None:
        yield UNREADABLE
        return
    aliases = dict(_aliases(module))
    for words, node in _everywhere(module, aliases):
        if not (in_tests and words in (RUNNER, HOOKS)) or isinstance(node, ast.Attribute):
            yield words
    yield from (EXIT for _ in _exits_on_import(module, aliases))


def _aliases(module: ast.Module) -> Iterator[tuple[str, str]]:
    """What the names that are imported stand for, with dots."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for each in node.names:
                top = each.name.partition(".")[0]
                yield each.asname or top, each.name if each.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for each in node.names:
                yield each.asname or each.name, f"{node.module}.{each.name}"


def _dotted(node: ast.AST, aliases: dict[str, str]) -> str:
    """``os._exit`` for the node that means it, whatever it was imported as; empty for any other."""
    tail: list[str] = []
    while isinstance(node, ast.Attribute):
        tail.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([aliases.get(node.id, node.id), *reversed(tail)])


def _everywhere(module: ast.Module, aliases: dict[str, str]) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(module):
        words = ""
        if isinstance(node, ast.Import):
            words = next((w for each in node.names if (w := _IMPORTED.get(each.name.partition(".")[0]))), "")
        elif isinstance(node, ast.ImportFrom) and not node.level:
            words = _IMPORTED.get((node.module or "").partition(".")[0], "")
        elif isinstance(node, ast.Attribute | ast.Name):
            words = _of_name(node, aliases)
        elif isinstance(node, ast.Call):
            words = _of_call(node, aliases)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = _of_function(node)
        if words:
            yield words, node


def _of_name(node: ast.Attribute | ast.Name, aliases: dict[str, str]) -> str:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return HOOKS if _HOOK.fullmatch(node.id) else ""
    dotted = _dotted(node, aliases)
    if dotted == "__builtins__" or dotted.startswith("__builtins__."):
        return BUILTINS
    return _BY_NAME.get(dotted, "")


def _of_call(node: ast.Call, aliases: dict[str, str]) -> str:
    called = _dotted(node.func, aliases)
    if called in ("exec", "eval", "compile", "builtins.exec", "builtins.eval"):
        return TEXT
    if called == "__import__":
        return MODULES
    of_module = called in ("getattr", "setattr") and node.args and _dotted(node.args[0], aliases) in (
        "os", "sys", "builtins", "__builtins__", "signal",
    )  # fmt: skip
    return MODULES if of_module else ""


def _of_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    if _HOOK.fullmatch(node.name):
        return HOOKS
    said = [each for each in node.body if not _is_docstring(each)]
    answer = said[0].value if len(said) == 1 and isinstance(said[0], ast.Return) else None
    always = isinstance(answer, ast.Constant) and answer.value is (node.name == "__eq__")
    return EQUAL if node.name in _ALWAYS and always else ""


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _exits_on_import(module: ast.Module, aliases: dict[str, str]) -> Iterator[ast.AST]:
    """What ends the process as soon as the module is loaded; the part that runs as a program is left out."""
    waiting: list[ast.AST] = list(module.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and any(
            isinstance(each, ast.Name) and each.id == "__name__" for each in ast.walk(node.test)
        ):
            waiting += node.orelse
            continue
        if isinstance(node, ast.Call) and _dotted(node.func, aliases) in _EXITS:
            yield node
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if _dotted(raised, aliases) in ("SystemExit", "KeyboardInterrupt", "GeneratorExit"):
                yield node
        waiting += ast.iter_child_nodes(node)
