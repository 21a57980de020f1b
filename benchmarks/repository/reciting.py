"""The fix of a task as a model would answer with it: whole files, or only the definitions that change."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import chain

from benchmarks.repository.task import RepositoryTask


def whole_files(task: RepositoryTask) -> str:
    """A block for each file of the fix. Raises: OSError, UnicodeDecodeError."""
    return "\n".join(_block(f"{path} (whole file)", text) for path, text in _texts(task))


def pieces(task: RepositoryTask) -> str:
    """Of Python, a block for each function or class that is new or differs, with what the file newly imports;
    of files that do not exist yet, or where anything else differs, the whole file.

    Raises: OSError, UnicodeDecodeError, SyntaxError.
    """
    return "\n".join(chain.from_iterable(_pieces(task, path, text) for path, text in _texts(task)))


def remarked(task: RepositoryTask) -> str:
    """A change that repairs nothing: the files of the fix that there are, each with a remark at its end."""
    return "\n".join(_block(f"{path} (whole file)", text) for path, text in _with_remarks(task))


def spoilt(task: RepositoryTask) -> str:
    """The same with a bracket that nothing closes."""
    return "\n".join(_block(f"{path} (whole file)", f"{text}((\n") for path, text in _with_remarks(task))


def _with_remarks(task: RepositoryTask) -> Iterator[tuple[str, str]]:
    for path, _ in _texts(task):
        if (task.tree / path).is_file():
            old = (task.tree / path).read_bytes().decode().replace("\r\n", "\n")
            yield path, f"{old}{'#' if path.endswith('.py') else '//'} looked at\n"


def _texts(task: RepositoryTask) -> Iterator[tuple[str, str]]:
    """Path and text of each file of the fix, with plain line ends: models write no others."""
    for change in task.fix():
        yield change.path, (change.content or b"").decode().replace("\r\n", "\n")


def _pieces(task: RepositoryTask, path: str, text: str) -> Iterator[str]:
    old_file = task.tree / path
    if not path.endswith(".py") or not old_file.is_file():
        yield _block(f"{path} (whole file)", text)
        return
    old, new = (_parts(each) for each in (old_file.read_bytes().decode().replace("\r\n", "\n"), text))
    imports = [part for part in new.imports if part not in old.imports]
    changed = [part for name, part in new.definitions.items() if old.definitions.get(name) != part]
    if new.rest != old.rest or old.definitions.keys() - new.definitions.keys() or not changed:
        yield _block(f"{path} (whole file)", text)
        return
    for number, part in enumerate(changed):
        head = "".join(f"{line}\n" for line in imports) if number == 0 else ""
        yield _block(path, f"{head}\n\n{part}\n" if head else f"{part}\n")


class _Parts:
    """A module taken apart."""

    def __init__(self) -> None:
        self.imports: list[str] = []
        self.definitions: dict[str, str] = {}
        self.rest: list[str] = []
        """Constants and whatever else stands at the top; the docstring is no part."""


def _parts(text: str) -> _Parts:
    found = _Parts()
    lines = text.split("\n")
    for node in ast.parse(text).body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(each.lineno for each in decorators)])
        part = "\n".join(lines[first - 1 : node.end_lineno])
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.imports.append(part)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.definitions[node.name] = part
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            found.rest.append(part)
    return found


def _block(heading: str, text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"### {heading}\n{fence}\n{text}{fence}\n"
