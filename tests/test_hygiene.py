"""The rules of the house that a machine can check: who imports what, how long things are, what lint says."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = {"file": 400, "function": 40, "class": 300}
"""A file, function or class has fewer lines than this."""

TEXT = {".py", ".md", ".toml", ".tcss", ".json", ".yml", ".sh", ".txt", ""}


def sources(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def loaded_by(code: str, *arguments: str) -> set[str]:
    """Top-level names of the modules that a fresh Python has loaded after ``code``."""
    tail = "\nimport sys, json\nprint('\\n' + json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))"
    ran = subprocess.run(
        [sys.executable, "-c", code + tail, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout.splitlines()[-1]))


HEAVY = {"textual", "llama_cpp", "git", "torch", "httpx", "huggingface_hub"}


@pytest.mark.parametrize(
    "module", ["solver", "solver.runtime", "solver.read", "solver.prompting", "engine.base"]
)
def test_the_solver_loads_no_heavy_library(module: str) -> None:
    found = loaded_by(f"import atlas_tui.{module}")
    assert "atlas_tui" in found
    assert not found & HEAVY


def test_a_heavy_library_would_be_noticed() -> None:
    assert "textual" in loaded_by("import textual") & HEAVY


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_the_command_line_starts_light(flag: str) -> None:
    code = (
        "import atlas_tui.cli.main as m\ntry:\n    m.main()\nexcept SystemExit as e:\n    assert not e.code"
    )
    assert not loaded_by(code, flag) & HEAVY


def test_the_vocabulary_needs_no_room() -> None:
    code = "import atlas_tui.events, atlas_tui.problem, atlas_tui.errors, sys\n"
    code += "rooms = 'store syntax engine sandbox workspace solver cli ui'.split()\n"
    code += "assert not [r for r in rooms if 'atlas_tui.' + r in sys.modules]"
    assert not loaded_by(code) & HEAVY


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_one_command_starts_the_app() -> None:
    starters = [
        path.name
        for path in sources("atlas_tui/cli")
        if any(name == "atlas_tui.ui" or name.startswith("atlas_tui.ui.") for name in imports_of(path))
    ]
    assert len(starters) == 1, starters


def test_only_training_uses_torch() -> None:
    for path in sources("atlas_tui"):
        assert not {"torch", "tokenizers", "training"} & {n.partition(".")[0] for n in imports_of(path)}, path


DISTRIBUTION = {
    "git": "gitpython",
    "llama_cpp": "llama-cpp-python",
    "pydantic_settings": "pydantic-settings",
    "tree_sitter": "tree-sitter",
    **{
        f"tree_sitter_{name}": f"tree-sitter-{name}"
        for name in ("c", "cpp", "go", "java", "javascript", "python", "rust", "typescript")
    },
}


def test_every_library_that_is_imported_is_required() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {re.split(r"[\[=<>]", name)[0] for name in project["dependencies"]}
    required |= {"rich", "pygments", "jinja2"}  # Textual and llama-cpp-python require these.
    for path in sources("atlas_tui"):
        foreign = {name.partition(".")[0] for name in imports_of(path)} - set(sys.stdlib_module_names)
        assert {DISTRIBUTION.get(name, name) for name in foreign - {"atlas_tui"}} <= required, path


def too_long(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    place = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    lines = len(text.splitlines())
    if lines >= LONGEST["file"]:
        yield f"{place} has {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines >= LONGEST[kind]:
                yield f"{place}:{node.lineno} {kind} {node.name} has {lines} lines"


def test_files_functions_and_classes_are_short() -> None:
    found = [fault for path in sources("atlas_tui", "training", ".ci") for fault in too_long(path)]
    assert not found, "\n".join(found)


def test_a_long_function_would_be_noticed(tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    path.write_text("def f() -> None:\n" + "    f()\n" * 38, encoding="utf-8")
    assert not list(too_long(path))
    path.write_text("def f() -> None:\n" + "    f()\n" * 39, encoding="utf-8")
    assert len(list(too_long(path))) == 1


def committed_or_new() -> list[Path]:
    """The files of the repository, also those not yet committed; none where this is not a repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_no_file_names_the_machine_it_was_written_on() -> None:
    private = {str(ROOT)} if len(ROOT.parts) > 2 else set()
    for path in committed_or_new():
        if path.suffix in TEXT:
            text = path.read_text(encoding="utf-8")
            assert not [name for name in private if f"{name}/" in text], path


def test_no_large_file_is_committed() -> None:
    for path in committed_or_new():
        limit = 12_000_000 if path.suffix == ".gguf" and "bundled" in path.parts else 1 << 20
        assert path.stat().st_size <= limit, path


def run_tool(*command: str) -> None:
    """Run a tool of the environment; its words are the failure."""
    program = Path(sys.executable).with_name(command[0])
    ran = subprocess.run([str(program), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_ruff() -> None:
    run_tool("ruff", "check", "--no-cache", "--output-format", "concise", ".")


def test_import_rules() -> None:
    run_tool("lint-imports", "--no-cache")


def test_a_wrong_import_would_be_noticed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "atlas_tui", tmp_path / "atlas_tui", ignore=shutil.ignore_patterns("*.gguf"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "atlas_tui" / "store" / "bad.py").write_text("import textual\nimport atlas_tui.solver\n")
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "Textual only in ui BROKEN" in ran.stdout
    assert "A room imports only rooms above it BROKEN" in ran.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_mypy() -> None:
    run_tool("mypy")
