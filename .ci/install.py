"""Set up ``.venv``: build llama.cpp for the GPU that is there, install the project; nothing when up to date.

Called by the Makefile: ``python3 .ci/install.py [--gpu CHOICE] [--extra NAME]``. Standard library only. It
has to start on a Python that is too old, in order to say so: no syntax here that Python 3.7 cannot read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOG = VENV / "install.log"
STAMP = VENV / "installed.json"
OLDEST = (3, 11)
CHOICES = ("auto", "cpu", "cuda", "hip", "metal", "vulkan")
LLAMA = "llama-cpp-python"
COMPILED = re.compile(r"^\s*\[\s*(?:(\d+)/(\d+)|(\d+)%)\]")
PIP_STEP = re.compile(r"^\s*(?:Collecting|Downloading|Building wheel for|Installing collected packages)\b")
UNREACHED = re.compile(r"No matching distribution|NewConnectionError|name resolution|Read timed out|SSLError")
TAIL = 25


class Stop(Exception):
    """Setting up cannot go on; the text says why and what to do."""


class Meter:
    """Progress of pip in one line: rewritten on a terminal, now and then a new line elsewhere."""

    def __init__(self, title: str) -> None:
        self.title, self.terminal = title, sys.stderr.isatty()
        self.started, self.tenth, self.shown = time.monotonic(), -1, False

    def feed(self, line: str) -> None:
        compiled = COMPILED.match(line)
        if compiled:
            done = int(compiled.group(1) or compiled.group(3))
            total = int(compiled.group(2) or 100)
            self._compiling(done, total)
        elif self.terminal and PIP_STEP.match(line):
            self._show(" ".join(line.split())[:60])

    def _compiling(self, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if self.terminal:
            self._show(f"{done}/{total}")
        elif tenth != self.tenth:
            self.tenth = tenth
            self._show(f"compiling {done}/{total}")

    def _show(self, text: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self.started), 60)
        line = f"{self.title} {text}  {minutes}:{seconds:02d}"
        print(f"\r\033[K{line}" if self.terminal else f"{line}\n", end="", file=sys.stderr, flush=True)
        self.shown = True

    def close(self) -> None:
        if self.shown and self.terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def need_python() -> None:
    """Raises Stop unless the running Python can make the environment."""
    if sys.version_info < OLDEST:
        have = ".".join(map(str, sys.version_info[:3]))
        raise Stop(
            f"Python 3.11 or newer is needed; {sys.executable} is {have}.\n"
            "Install a newer one, or name it: make run PYTHON=/path/to/python3.11"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Stop(
            f"{sys.executable} cannot make a virtual environment (no module {error.name}).\n"
            f"On Debian and Ubuntu: apt install {package}; or name another Python: make run PYTHON=…"
        ) from error


def need_git() -> None:
    if not shutil.which("git"):
        raise Stop("git is needed and was not found. Install it with your system's package manager.")


def need_compiler() -> None:
    named = os.environ.get("CXX", "").split()
    if not any(shutil.which(name) for name in (named[:1] or ["c++", "g++", "clang++"])):
        raise Stop(
            "A C++ compiler is needed to build llama.cpp and none was found.\n"
            "Debian and Ubuntu: apt install g++   Fedora: dnf install gcc-c++   macOS: xcode-select --install"
        )


def python() -> str:
    return str(VENV / "bin" / "python")


def make_venv() -> None:
    """Make ``.venv`` unless one that works is there."""
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if Path(python()).exists():
        if subprocess.run([python(), "-c", probe], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return
        say(".venv does not work with its Python any more: it is made anew")
    need_python()
    say("making .venv")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode:
        raise Stop(f"{sys.executable} -m venv failed, see above.")


def pip(title: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
    """Run ``pip install`` with one line of progress; everything it says goes to the log.

    Raises:
        Stop: with the last lines of the log and what to do.
    """
    command = [python(), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
    meter = Meter(title)
    with LOG.open("a", encoding="utf-8", errors="replace") as log:
        log.write(f"$ {' '.join(command)}\n")
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                log.write(line)
                meter.feed(line)
        finally:
            meter.close()
            code = process.wait()
    if code:
        raise Stop(explain(title, LOG.read_text(encoding="utf-8", errors="replace")))


def explain(title: str, log: str) -> str:
    """The last lines of a failed installation and what to do about it."""
    tail = [line[:160] for line in log.splitlines() if line.strip()][-400:]
    text = "\n".join(tail)
    if UNREACHED.search(text):
        todo = "pip could not fetch a package: check the network, or set PIP_INDEX_URL to a mirror."
    elif "No space left" in text:
        todo = "The disk is full; pip builds llama.cpp under TMPDIR."
    elif COMPILED.search(text) or "CMake Error" in text or "ninja" in text:
        todo = "llama.cpp did not compile. Without a GPU build: make run GPU=cpu"
    else:
        todo = "Nothing was started. Running the same command again continues."
    return "\n".join([*tail[-TAIL:], "", f"{title}: installation failed. {todo}", f"The full log: {LOG}"])


def stamp() -> dict[str, object]:
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def mark(**changes: object) -> None:
    STAMP.write_text(json.dumps({**stamp(), **changes}, indent=1) + "\n", encoding="utf-8")


def llama_pin(project: str) -> str:
    found = re.search(rf'"{LLAMA}==([0-9.]+)"', project)
    if not found:
        raise Stop(f"pyproject.toml pins no version of {LLAMA}.")
    return found.group(1)


def cmake_arguments(gpu: str) -> str:
    """CMAKE_ARGS for ``gpu``; empty for a plain CPU build."""
    probe = [sys.executable, str(ROOT / "atlas_tui" / "engine" / "gpu_build.py"), "--gpu", gpu]
    found = subprocess.run(probe, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if found.returncode:
        raise Stop(f"llama.cpp cannot be built for GPU={gpu}, see above.")
    return " ".join(filter(None, (found.stdout.strip(), os.environ.get("CMAKE_ARGS", "").strip())))


def installed_llama() -> str:
    code = f"from importlib.metadata import version; print(version({LLAMA!r}))"
    asked = subprocess.run(
        [python(), "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        check=False,
    )
    return asked.stdout.strip() if asked.returncode == 0 else ""


def install_llama(gpu: str, pin: str) -> None:
    """Build llama.cpp when the version or the choice of GPU changed; no choice keeps what is there."""
    old = stamp()
    if old.get("llama") == pin and gpu in ("", old.get("gpu")):
        return
    chosen = gpu or str(old.get("gpu") or "auto")
    arguments = cmake_arguments(chosen)
    here = installed_llama()
    if here != pin or old.get("cmake_args", "") != arguments:
        build_llama(pin, arguments, again=bool(here))
    check_llama(chosen)
    mark(llama=pin, gpu=chosen, cmake_args=arguments)


def build_llama(pin: str, arguments: str, again: bool) -> None:
    """Install the pinned llama-cpp-python, compiled with ``arguments``.

    pip's wheel cache does not know build options: a plain CPU build uses it, any other build neither reads
    nor fills it.
    """
    need_compiler()
    options = ["-v", f"{LLAMA}=={pin}"]
    if again:
        options += ["--force-reinstall", "--no-deps"]
    if arguments:
        options += ["--no-cache-dir", "--no-binary", LLAMA]
    say(f"installing llama.cpp {'with ' + arguments if arguments else 'for the CPU'}")
    say(f"the first time it is compiled, which takes minutes (log: {LOG.relative_to(ROOT)})")
    pip("llama.cpp", *options, environment={"CMAKE_ARGS": arguments} if arguments else None)


def check_llama(gpu: str) -> None:
    """Raises Stop when the built library does not load on this machine."""
    loaded = subprocess.run(
        [python(), "-c", "import llama_cpp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if loaded.returncode:
        say("\n".join(loaded.stdout.splitlines()[-TAIL:]))
        todo = "Without a GPU build: make run GPU=cpu" if gpu != "cpu" else "make clean, then once more"
        raise Stop(f"The built llama.cpp does not load (exit {loaded.returncode}). {todo}")


def install_project(extras: list[str], project: str) -> None:
    """Install the checkout in editable mode with ``extras``, and with those that were there before."""
    old = stamp()
    digest = hashlib.sha256(project.encode()).hexdigest()
    known = old.get("extras")
    before = {str(name) for name in known} if isinstance(known, list) else set()
    wanted = sorted(before | set(extras))
    if old.get("project") == digest and set(wanted) == before and (VENV / "bin" / "atlas-tui").exists():
        return
    what = f"[{','.join(wanted)}]" if wanted else ""
    say(f"installing atlas-tui{what}")
    pip("atlas-tui", "-e", f".{what}")
    mark(project=digest, extras=wanted)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog=".ci/install.py", description="Set up .venv for make.")
    parser.add_argument("--gpu", default="", choices=("", *CHOICES), help="empty keeps what is installed")
    parser.add_argument("--extra", action="append", default=[], help="an extra of pyproject.toml")
    given = parser.parse_args(arguments)
    try:
        if sys.version_info < OLDEST:
            need_python()
        need_git()
        make_venv()
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        install_llama(given.gpu, llama_pin(project))
        install_project(given.extra, project)
    except Stop as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        say("interrupted; running the same command again continues")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
