"""What a person meets first: the version, the documents, the wheel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import atlas_tui
from atlas_tui.cli import exits
from atlas_tui.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/settings.md"]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "program", [[str(Path(sys.executable).with_name("atlas-tui"))], [sys.executable, "-m", "atlas_tui"]]
)
def test_version_and_help(program: list[str]) -> None:
    version = command(*program, "--version")
    assert (version.returncode, version.stdout.strip()) == (0, f"atlas-tui {atlas_tui.__version__}")
    told = command(*program, "--help")
    assert told.returncode == 0
    assert "solve" in told.stdout and "sessions" in told.stdout


def test_an_unknown_option_is_bad_input() -> None:
    ran = command(sys.executable, "-m", "atlas_tui", "solve", "--no-such-option")
    assert ran.returncode == exits.BAD_INPUT
    assert "Traceback" not in ran.stderr


def project() -> dict[str, Any]:
    loaded: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return loaded


def test_nobody_who_uses_or_tests_the_app_downloads_torch() -> None:
    extras = project()["optional-dependencies"]
    assert isinstance(extras, dict)
    assert not [
        name for name in [*project()["dependencies"], *extras["dev"]] if "torch" in name or "train" in name
    ]
    assert "torch==2.13.0" in extras["train"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"^(\S+):\n\t@\$\(INSTALL\).*train", makefile, re.M) == ["model"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if not link.startswith("https://"):
            assert (path.parent / link).exists(), link


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_targets_that_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    text = (ROOT / name).read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^|`|\()make ([a-z]+(?:-[a-z]+)?)", text, re.M)) <= targets


def test_the_readme_names_every_exit_code() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = [int(code) for code in re.findall(r"^\| (\d+) \|", text, re.M)]
    known = [exits.DONE, exits.BAD_INPUT, exits.NOT_VERIFIED, exits.NO_CANDIDATE, exits.REFUSED]
    assert listed == [*known, exits.OUR_FAULT, exits.CANCELLED]
    assert set(exits.OF_OUTCOME.values()) <= set(listed)


def test_the_settings_page_names_every_setting_and_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+\.\w+)` \| `(.+?)` \|", text, re.M))
    known: dict[str, str] = {}
    for group, field in Settings.model_fields.items():
        assert isinstance(field.default, BaseModel)
        for key, inner in type(field.default).model_fields.items():
            known[f"{group}.{key}"] = json.dumps(inner.default)
    assert listed == known


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    built = command(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_data(wheel: Path) -> None:
    wanted = {"atlas_tui/py.typed"}
    wanted |= {f"atlas_tui/themes/{path.name}" for path in (ROOT / "themes").glob("*.toml")}
    for pattern in ("*.tcss", "*.md", "*.toml", "*.gguf"):
        wanted |= {str(path.relative_to(ROOT)) for path in (ROOT / "atlas_tui").rglob(pattern)}
    for kind in (".tcss", "prompts/plan.md", "themes/atlas-dark.toml", "themes/atlas-light.toml", ".gguf"):
        assert [name for name in wanted if name.endswith(kind)], kind
    assert wanted <= names_in(wheel)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    names = names_in(wheel)
    roots = {"atlas_tui", f"atlas_tui-{atlas_tui.__version__}.dist-info"}
    assert {name.partition("/")[0] for name in names} == roots
    assert not [name for name in names if "__pycache__" in name]


def test_an_installed_wheel_and_a_checkout_both_find_the_themes(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from atlas_tui.ui.themes import folder; print(folder())"
    )
    installed = command(sys.executable, "-c", code, str(tmp_path))
    assert installed.stdout.strip() == str(tmp_path / "atlas_tui" / "themes"), installed.stderr
    assert command(sys.executable, "-c", code, str(ROOT)).stdout.strip() == str(ROOT / "themes")
