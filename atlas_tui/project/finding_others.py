"""Test commands of repositories in other languages than Python, by their files, which may hold anything."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from atlas_tui.project.manifests import package_dependencies, package_scripts, text

_SCRIPTS = ("test", "tests", "test:unit", "unit", "test:ci")
_TOOLS = {"vitest": "vitest run", "jest": "jest", "mocha": "mocha"}
_CMAKE_TESTS = re.compile(
    r"^\s*(?:enable_testing|add_test|gtest_discover_tests)\s*\(|^\s*include\s*\(\s*CTest", re.MULTILINE | re.I
)


def found(root: Path) -> Iterator[tuple[str, str]]:
    """Command lines and what each was found by, in words. Reads the disk."""
    yield from _javascript(root)
    if (root / "Cargo.toml").is_file():
        whole = "[workspace]" in text(root / "Cargo.toml")
        yield "cargo test --workspace" if whole else "cargo test", "Cargo.toml is there"
    if (root / "go.mod").is_file():
        yield "go test ./...", "go.mod is there"
    yield from _java(root)
    if _CMAKE_TESTS.search(text(root / "CMakeLists.txt")):
        steps = ("cmake -S . -B build", "cmake --build build --parallel 2", "ctest --test-dir build")
        yield " && ".join(steps), "CMakeLists.txt has tests"


def _javascript(root: Path) -> Iterator[tuple[str, str]]:
    scripts = package_scripts(root)
    real = {name for name, line in scripts.items() if "no test specified" not in line}
    script = next((name for name in _SCRIPTS if name in real), "")
    if script:
        yield f"npm run {script}" if script != "test" else "npm test", f"package.json has a script {script}"
    elif tool := next((name for name in _TOOLS if name in package_dependencies(root)), ""):
        yield _TOOLS[tool], f"package.json names {tool}"
    elif any(_any(root, pattern) for pattern in ("*.test.*js", "test*/**/*.test.*js", "src/**/*.test.*js")):
        yield "node --test", "files are named as tests of Node are"


def _java(root: Path) -> Iterator[tuple[str, str]]:
    if (root / "pom.xml").is_file():
        # A wrapper that has downloaded nothing yet could not do so without a network either.
        ready = (Path.home() / ".m2" / "wrapper").is_dir() or shutil.which("mvn") is None
        own = (root / "mvnw").is_file() and ready
        yield "./mvnw test" if own else "mvn test", "pom.xml is there"
    if any((root / name).is_file() for name in ("build.gradle", "build.gradle.kts")):
        own = (root / "gradlew").is_file()
        yield "./gradlew test" if own else "gradle test", "a build of Gradle is there"


def _any(root: Path, pattern: str) -> bool:
    try:
        return any(path for path in islice(root.glob(pattern), 50) if "node_modules" not in path.parts)
    except OSError:
        return False
