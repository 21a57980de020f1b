"""The script behind ``make run``: what it asks for, what it shows, and that it does nothing twice."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / ".ci" / "install.py"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, working on a folder of its own whose environment is made but empty."""
    spec = importlib.util.spec_from_file_location("install_script", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "LOG", tmp_path / ".venv" / "install.log")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "installed.json")
    monkeypatch.delenv("CMAKE_ARGS", raising=False)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "atlas-tui").touch()
    return module


class Calls:
    """Takes the place of pip, which would download and compile."""

    def __init__(self) -> None:
        self.arguments: list[tuple[str, ...]] = []
        self.environment: list[dict[str, str] | None] = []

    def __call__(self, title: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.arguments.append(arguments)
        self.environment.append(environment)


@pytest.fixture
def pip(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    monkeypatch.setattr(install, "pip", calls)
    monkeypatch.setattr(install, "check_llama", lambda gpu: None)
    monkeypatch.setattr(install, "installed_llama", lambda: "")
    monkeypatch.setattr(install, "cmake_arguments", lambda gpu: "-DGGML_CUDA=ON" if gpu == "cuda" else "")
    return calls


def run_with_path(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env={**os.environ, "PATH": str(path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_git_it_says_so(tmp_path: Path) -> None:
    ran = run_with_path(tmp_path)
    assert ran.returncode == 1
    assert "git is needed" in ran.stderr and "Traceback" not in ran.stderr


def test_without_a_compiler_it_says_so(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(install.VENV))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(install.Stop, match="C\\+\\+ compiler"):
        install.build_llama("0.3.36", "", again=False)


def test_an_old_python_is_named(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(install.Stop, match=r"3\.11 or newer is needed; .* is 3\.9\.2"):
        install.need_python()


def test_a_python_without_ensurepip_is_told_what_to_install(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(install.Stop, match=r"apt install python3\.\d+-venv"):
        install.need_python()


def test_the_script_can_be_read_by_an_old_python() -> None:
    import ast

    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_unknown_gpu_is_refused() -> None:
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), "--gpu", "abacus"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2 and "abacus" in ran.stderr


def test_llama_is_built_once_a_choice(install: ModuleType, pip: Calls) -> None:
    install.install_llama("", "0.3.36")
    install.install_llama("", "0.3.36")
    assert pip.arguments == [("-v", "llama-cpp-python==0.3.36")]
    assert json.loads(install.STAMP.read_text())["gpu"] == "auto"


def test_another_gpu_builds_again_past_the_cache(
    install: ModuleType, pip: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    install.install_llama("cpu", "0.3.36")
    monkeypatch.setattr(install, "installed_llama", lambda: "0.3.36")
    install.install_llama("cuda", "0.3.36")
    install.install_llama("", "0.3.36")
    assert len(pip.arguments) == 2
    assert {"--force-reinstall", "--no-cache-dir", "--no-binary"} <= set(pip.arguments[1])
    assert pip.environment == [None, {"CMAKE_ARGS": "-DGGML_CUDA=ON"}]
    install.install_llama("cpu", "0.3.36")
    assert "--force-reinstall" in pip.arguments[2] and "--no-cache-dir" not in pip.arguments[2]


def test_auto_that_finds_no_gpu_is_the_cpu_build(
    install: ModuleType, pip: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    install.install_llama("auto", "0.3.36")
    monkeypatch.setattr(install, "installed_llama", lambda: "0.3.36")
    install.install_llama("cpu", "0.3.36")
    assert len(pip.arguments) == 1


def test_a_new_version_is_installed(install: ModuleType, pip: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    install.install_llama("cuda", "0.3.36")
    monkeypatch.setattr(install, "installed_llama", lambda: "0.3.36")
    install.install_llama("", "0.3.37")
    assert "llama-cpp-python==0.3.37" in pip.arguments[1] and "--no-cache-dir" in pip.arguments[1]


def test_the_project_is_installed_again_only_when_it_changed(install: ModuleType, pip: Calls) -> None:
    install.install_project([], "a")
    install.install_project([], "a")
    install.install_project(["dev"], "a")
    install.install_project([], "a")
    install.install_project([], "b")
    assert pip.arguments == [("-e", "."), ("-e", ".[dev]"), ("-e", ".[dev]")]


def test_the_pin_of_the_project_is_found(install: ModuleType) -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"llama-cpp-python=={install.llama_pin(text)}"' in text
    with pytest.raises(install.Stop, match="pins no version"):
        install.llama_pin("dependencies = []")


@pytest.mark.parametrize("line", ["  [94/193] /usr/bin/g++ -c x.cpp", "[ 48%] Building CXX object x.cpp.o"])
def test_compiling_shows_how_far_it_is(
    install: ModuleType, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    meter = install.Meter("llama.cpp")
    meter.feed("  -- Found Threads: TRUE")
    assert capsys.readouterr().err == ""
    meter.feed(line)
    assert "llama.cpp compiling" in capsys.readouterr().err
    meter.feed(line)
    assert capsys.readouterr().err == "", "a file that is not a terminal gets a line for each tenth"


def test_a_terminal_gets_one_line(
    install: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    meter = install.Meter("llama.cpp")
    for done in (1, 94, 193):
        meter.feed(f"[{done}/193] g++")
    meter.close()
    shown = capsys.readouterr().err
    assert "llama.cpp 94/193" in shown and "\n" not in shown and shown.endswith("\r\033[K")


@pytest.mark.parametrize(
    ("log", "todo"),
    [
        ("Collecting x\nERROR: No matching distribution found for x", "check the network"),
        ("[3/193] g++ x.cpp\nFAILED: x.o\nerror: expected ';'", "GPU=cpu"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: something else", "again"),
    ],
)
def test_a_failure_shows_the_last_lines_and_what_to_do(install: ModuleType, log: str, todo: str) -> None:
    told = install.explain("llama.cpp", log)
    assert log.splitlines()[-1] in told and todo in told and "install.log" in told


def test_a_failing_pip_stops_with_its_words(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "python", lambda: sys.executable)
    with pytest.raises(install.Stop, match="installation failed"):
        install.pip("atlas-tui", "--no-index", "--find-links", str(install.VENV), "no-such-package-here")
    assert "no-such-package-here" in install.LOG.read_text()


def test_a_working_environment_is_kept(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "python", lambda: sys.executable)
    install.make_venv()
    assert (install.VENV / "bin" / "atlas-tui").exists()


def test_an_environment_that_lost_its_python_is_made_anew(install: ModuleType) -> None:
    Path(install.python()).symlink_to("/nowhere/python3.11")
    install.make_venv()
    ran = subprocess.run([install.python(), "-m", "pip", "--version"], capture_output=True, check=False)
    assert ran.returncode == 0
