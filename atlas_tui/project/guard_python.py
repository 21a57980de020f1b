"""Signs in Python that a program has to do with the tests that run it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

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
COMPUTED = "it imports a module whose name it computes"
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
_HOLDING = frozenset({"sys", "builtins", "gc", "inspect"})
"""Modules that code which is tested asks for single things, and has no reason to hand around as a whole."""
_LEADING = {
    **dict.fromkeys(("__subclasses__", "__globals__", "__closure__"), OBJECTS),
    **dict.fromkeys(("f_back", "f_globals", "f_locals", "f_trace", "tb_frame"), STACK),
    **dict.fromkeys(("gi_frame", "cr_frame", "ag_frame"), STACK),
}
"""Attributes, whatever they are of, by which one comes to what others hold."""
_HOOK = re.compile(r"pytest_\w+|load_tests|collect_ignore(_glob)?|__unittest\w*|__tracebackhide__")
_HARMLESS = {"__eq__": False, "__ne__": True}
"""What may be said of everything by what compares two objects."""


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
            words = HOOKS if _HOOK.fullmatch(node.name) else ""
        if words:
            yield words, node
        yield from ((EQUAL, node) for _ in _always_equal(node))
    yield from ((MODULES, node) for node in _handed_around(module, aliases))


def _of_name(node: ast.Attribute | ast.Name, aliases: dict[str, str]) -> str:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return HOOKS if _HOOK.fullmatch(node.id) else ""
    dotted = _dotted(node, aliases)
    if dotted == "__builtins__" or dotted.startswith("__builtins__."):
        return BUILTINS
    if isinstance(node, ast.Attribute) and node.attr in _LEADING:
        return _LEADING[node.attr]
    # ``logging.sys.modules`` is ``sys.modules`` as well.
    parts = dotted.split(".")
    return next((w for at in range(len(parts) - 1) if (w := _BY_NAME.get(".".join(parts[at:])))), "")


def _handed_around(module: ast.Module, aliases: dict[str, str]) -> Iterator[ast.AST]:
    """Where a module that leads everywhere is more than what stands before a dot and a plain name."""
    plain = {
        id(node.value if isinstance(node, ast.Attribute) else node.args[0])
        for node in ast.walk(module)
        if (isinstance(node, ast.Attribute) and not node.attr.startswith("__")) or _asks_whether(node)
    }
    imported = set(aliases)
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and node.id in imported and id(node) not in plain:
            if aliases[node.id] in _HOLDING and isinstance(node.ctx, ast.Load):
                yield node
        elif isinstance(node, ast.Attribute) and node.attr in _HOLDING and _root(node) in imported:
            yield node  # the module as another one has imported it


def _asks_whether(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether it is ``hasattr(sys, "name")``."""
    return isinstance(node, ast.Call) and bool(node.args) and _dotted(node.func, {}) == "hasattr"


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _of_call(node: ast.Call, aliases: dict[str, str]) -> str:
    called = _dotted(node.func, aliases)
    if called in ("exec", "eval", "compile", "builtins.exec", "builtins.eval"):
        return TEXT
    if called == "__import__":
        return MODULES
    if called in ("importlib.import_module", "importlib.__import__", "pkgutil.resolve_name"):
        name = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        return _IMPORTED.get(name.partition(".")[0], "") if isinstance(name, str) else COMPUTED
    if called in ("type", "setattr") and any(
        isinstance(each, ast.Constant) and each.value in tuple(_HARMLESS) for each in ast.walk(node)
    ):
        return EQUAL
    of_module = called in ("getattr", "setattr") and node.args and _dotted(node.args[0], aliases) in (
        "os", "sys", "builtins", "__builtins__", "signal",
    )  # fmt: skip
    return MODULES if of_module else ""


def _always_equal(node: ast.AST) -> Iterator[ast.AST]:
    """The methods of a class by which its objects are equal to whatever they are held against."""
    if not isinstance(node, ast.ClassDef):
        return
    for each in node.body:
        if isinstance(each, ast.FunctionDef):
            names, given = {each.name}, each.args
            answers = [one.value for one in ast.walk(each) if isinstance(one, ast.Return) and one.value]
        elif isinstance(each, ast.Assign) and isinstance(each.value, ast.Lambda):
            names = {target.id for target in each.targets if isinstance(target, ast.Name)}
            given, answers = each.value.args, [each.value.body]
        else:
            continue
        for name in names & _HARMLESS.keys():
            if _looks_at_nothing(each, given, node.name) and any(_says(one, name) for one in answers):
                yield each


def _looks_at_nothing(method: ast.AST, given: ast.arguments, owner: str) -> bool:
    """Whether what compares two objects does not use the other one, or neither its own nor its class."""
    itself, other = ([each.arg for each in (*given.posonlyargs, *given.args)] + ["", ""])[:2]
    used = {each.id for each in ast.walk(method) if isinstance(each, ast.Name)}
    return other not in used or not used & {itself, owner, "super"}


def _says(answer: ast.expr, name: str) -> bool:
    """Whether an answer may make objects equal: neither "not known" nor "not equal"."""
    unknown = isinstance(answer, ast.Name) and answer.id == "NotImplemented"
    return not unknown and not (isinstance(answer, ast.Constant) and answer.value is _HARMLESS[name])


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
