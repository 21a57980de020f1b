"""What a change newly does that has to do with how tests run, rather than with what is tested.

It reads, and runs nothing. Who means to deceive finds ways around it, so a test is believed only because its
results come over a channel of their own; this is for what one would want to look at before accepting.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from atlas_tui.errors import InputError
from atlas_tui.problem import Project
from atlas_tui.project.base import FileChange
from atlas_tui.project.editing_rules import is_test_file
from atlas_tui.project.files import Files, with_changes
from atlas_tui.project.guard_python import signs
from atlas_tui.project.names import shown
from atlas_tui.project.there import is_file, is_folder
from atlas_tui.syntax.grammars import PYTHON, language_of
from atlas_tui.workspace.names import runs_by_itself

_RUNNERS = frozenset({"pytest", "_pytest", "pluggy", "xdist", "nose", "nose2", "hypothesis", "py"})
_JS = {
    "it ends the process": r"\bprocess\s*\.\s*(exit|reallyExit|abort|kill)\b",
    "it runs text as code": r"\beval\s*\(|\bnew\s+Function\s*\(",
    "it reaches into loaded modules": r"\brequire\s*\.\s*cache\b|\bModule\s*\.\s*_(load|cache|extensions)\b",
    "it reaches into the test runner": r"[\"'](node:test|vitest|@jest/globals|mocha|chai|ava)[\"']"
    r"|\b(globalThis|global)\s*[.\[]\s*[\"']?(test|it|describe|expect|assert|before|after)",
    "it changes what tests check with": r"\bassert\w*\s*(\.\s*\w+|\[[^\]\n]*\])+\s*=(?![=>])"
    r"|\b(assign|definePropert(y|ies))\s*\(\s*assert\b"
    r"|\b(?P<its>\w+)\s*(=\s*require\s*\(|from)\s*[\"'](node:)?assert(/strict)?[\"'][\s\S]*?"
    r"\b(?P=its)\s*(\.\s*\w+|\[[^\]\n]*\])\s*=(?![=>])",
    "it loads a module whose name it computes": r"\b(require|import)\s*\(\s*([\"'`][^\"'`\n]*[\"'`]\s*\+"
    r"|[^\"'`\s)])",
    "it looks whether tests run": r"\b(NODE_TEST_CONTEXT|JEST_WORKER_ID|VITEST|npm_lifecycle_event)\b",
}
_C = {"it ends the process": r"(?<![\w.>])(exit|_exit|_Exit|quick_exit)\s*\("}
_OTHERS = {
    "javascript": _JS,
    "typescript": _JS,
    "tsx": _JS,
    "go": {
        "it ends the process": r"\b(os|syscall)\s*\.\s*Exit\s*\(|\bruntime\s*\.\s*Goexit\b",
        "it reaches into the test runner": r"\"testing\"|\bfunc\s+TestMain\b|\btesting\s*\.\s*Testing\s*\(",
        "it reaches under the language": r"^\s*//go:linkname\b|\"unsafe\"",
    },
    "rust": {
        "it ends the process": r"\bprocess\s*::\s*(exit|abort)\b|\blibc\s*::\s*_?exit\b",
        "it skips tests": r"#\[\s*ignore\b|\bcfg\s*\(\s*not\s*\(\s*test\s*\)\s*\)",
        "it behaves otherwise in tests": r"\bcfg!\s*\(\s*test\s*\)",
    },
    "java": {
        "it ends the process": r"\bSystem\s*\.\s*exit\s*\(|\bRuntime\b.{0,40}\.\s*(halt|exit)\s*\(",
        "it reaches into the test runner": r"\bimport\s+(static\s+)?org\.(junit|testng)\b",
    },
    "c": _C,
    "cpp": _C,
}
_ANYWHERE = {
    "it looks into the system's view of processes": r"/proc/(self|\d|\*|\{|\"|')",
    "it names the variables of a test runner": r"\bPYTEST_(CURRENT_TEST|ADDOPTS|PLUGINS|VERSION)\b",
}
_SKIPS = (
    r"pytest\.(skip|xfail|importorskip)|mark\.(skip|skipif|xfail)|unittest\.skip|@skip|\.skip\(|\bxit\("
    r"|#\[ignore"
)


def flags(files: Files, changes: Iterable[FileChange], project: Project | None = None) -> tuple[str, ...]:
    """What to look at before the change is accepted, a line each; empty: nothing was found.

    Only what the change adds counts, not what the files held before.

    Args:
        files: what it builds on.
        project: whose tests decide: their files and names are looked for.
    """
    found: list[str] = []
    ordered = sorted(changes, key=lambda change: change.path)
    files = with_changes(files, [change for change in ordered if change.content is None])
    for change in ordered:
        old = _read(files, change.path)
        said = [*_by_name(files, change, old, project), *_by_content(change, old or b"", project)]
        found += [f"{shown(change.path)}: {words}" for words in dict.fromkeys(said)]
    return tuple(found)


def _read(files: Files, path: str) -> bytes | None:
    try:
        return files.read(path)
    except InputError:
        return None


def _by_name(files: Files, change: FileChange, old: bytes | None, project: Project | None) -> Iterator[str]:
    parts = tuple(change.path.split("/"))
    if change.content is None:
        if is_test_file(change.path):
            yield "it removes a test file"
        return
    if runs_by_itself(parts):
        yield "a tool runs or obeys a file of this name by itself"
    if old is not None:
        return
    if hidden := _hidden(files, parts, project):
        yield f"it would hide the module {hidden}"
    if parts[-1] == "__init__.py" and _read(files, f"{'/'.join(parts[:-1])}.py") is not None:
        yield f"it would hide {shown('/'.join(parts[:-1]))}.py"


def _hidden(files: Files, parts: tuple[str, ...], project: Project | None) -> str:
    """The module of Python, of a test runner, or of what is installed for the tests, that a new file would be
    imported instead of."""
    if not parts[-1].endswith(".py"):
        return ""
    for depth, part in enumerate(parts):
        name = part.removesuffix(".py")
        # Python looks for modules in folders that are no packages themselves.
        top = not depth or _read(files, "/".join((*parts[:depth], "__init__.py"))) is None
        known = name in sys.stdlib_module_names or name in _RUNNERS
        if top and (known or (project is not None and _is_installed(parts[: depth + 1], project))):
            return name
    return ""


def _is_installed(parts: tuple[str, ...], project: Project) -> bool:
    """Whether the tests import a module of this name, which the tree had not, from what is shown to them."""
    own = Path(project.base, *parts)
    if is_file(own) or is_folder(own):
        return False
    name = parts[-1].removesuffix(".py")
    folders = dict(project.environment).get("PYTHONPATH", "").split(os.pathsep)
    places = [Path(each) for each in folders if each.startswith("/")]
    for one in map(Path, project.shown):
        places += [one, *one.glob("lib/python3*/site-packages")]
    return any(is_file(each / f"{name}.py") or is_file(each / name / "__init__.py") for each in places)


def _by_content(change: FileChange, old: bytes, project: Project | None) -> Iterator[str]:
    new = change.content or b""
    before, after = (content.decode("utf-8", "replace") for content in (old, new))
    language, in_tests = language_of(change.path), is_test_file(change.path)
    if language == PYTHON:
        was, now = Counter(signs(before, in_tests)), Counter(signs(after, in_tests))
        yield from (words for words, times in now.items() if times > was[words])
    for words, pattern in {**_ANYWHERE, **({} if in_tests else _OTHERS.get(language, {}))}.items():
        if _count(pattern, after) > _count(pattern, before):
            yield words
    if in_tests and _count(_SKIPS, after) > _count(_SKIPS, before):
        yield "it skips tests"
    if language == "rust" and _count(r"#\[\s*(\w+::)?test\b", after) < _count(
        r"#\[\s*(\w+::)?test\b", before
    ):
        yield "it removes tests"
    if project is not None and not in_tests:
        yield from _named_tests(before, after, project)


def _count(pattern: str, text: str) -> int:
    return len(re.findall(pattern, text, re.MULTILINE))


def _named_tests(before: str, after: str, project: Project) -> Iterator[str]:
    """Whether it newly names a deciding test or its file: what is tested has no reason to."""
    files, names = set(), set()
    for test in (*project.required, *project.kept):
        file, _, rest = test.partition("::")
        files.add(file.rpartition("/")[2])
        name = rest.rpartition("::")[2].partition("[")[0]
        names.add(name if name.lower().startswith("test") else "")
    words = Counter(re.findall(r"[\w.-]+", after))
    words.subtract(re.findall(r"[\w.-]+", before))
    added = {word for word, times in words.items() if times > 0}
    if added & {name for name in files if "." in name and is_test_file(f"tests/{name}")}:
        yield "it names a file of the tests that decide"
    if added & (names - {""}):
        yield "it names a test that decides"
