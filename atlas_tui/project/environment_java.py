"""What tests in Java need of the person's environment: a JDK, Maven or Gradle, what was downloaded."""

from __future__ import annotations

import re
from pathlib import Path

from atlas_tui.project.environment_parts import Parts, existing
from atlas_tui.project.manifests import text
from atlas_tui.project.names import shown
from atlas_tui.project.there import is_folder

_CONFIGURATION = tuple(Path("/etc", name) for name in ("maven", "gradle", "java"))
"""Where some distributions keep parts of them and link to."""
_LOCAL = re.compile(r"<localRepository>\s*([^<\s][^<]*?)\s*</localRepository>")
_DISTRIBUTION = re.compile(r"^distributionUrl=.*/(gradle-[\w.-]+?)-(?:bin|all)\.zip", re.MULTILINE)


def add_java(parts: Parts) -> None:
    """The JDK, and what Maven and Gradle have downloaded, read-only."""
    if (found := parts.toolchain("java")) is None:
        return
    parts.variables["JAVA_HOME"] = str(Path(found.tool).parent.parent)
    parts.show(*existing(_CONFIGURATION))
    names = {path.rpartition("/")[2] for path in parts.files.paths}
    if "pom.xml" in names:
        _add_maven(parts)
    if names & {"build.gradle", "build.gradle.kts"}:
        _add_gradle(parts)


def _add_maven(parts: Parts) -> None:
    home = parts.home / ".m2"
    told = _LOCAL.search(text(home / "settings.xml"))
    local = told[1].replace("${user.home}", str(parts.home)) if told else str(home / "repository")
    options = parts.given.get("MAVEN_OPTS", "")
    if Path(local).is_absolute() and is_folder(Path(local)) and parts.show(local):
        parts.variables["MAVEN_OPTS"] = f"{options} -Dmaven.repo.local={local}".strip()
        parts.notes.append(f"Maven: what lies in {shown(local)}")
    else:
        why = "and the tests have no network: run mvn test once"
        parts.notes.append(f"Maven has downloaded nothing to {shown(local)}, {why}")
    if is_folder(home / "wrapper") and parts.show(home / "wrapper"):
        parts.variables["MAVEN_USER_HOME"] = str(home)


def _add_gradle(parts: Parts) -> None:
    home = Path(parts.given.get("GRADLE_USER_HOME") or parts.home / ".gradle")
    caches = home / "caches"
    if is_folder(caches / "modules-2") and parts.show(caches / "modules-2"):
        parts.variables["GRADLE_RO_DEP_CACHE"] = str(caches)
        parts.notes.append(f"Gradle: what lies in {shown(str(caches))}")
    told = _DISTRIBUTION.search(text(parts.root / "gradle" / "wrapper" / "gradle-wrapper.properties"))
    if told is None:
        return
    tools = [path.parent for path in home.glob(f"wrapper/dists/{told[1]}-*/*/{told[1]}/bin/gradle")]
    if tools and parts.show(tools[0].parent):
        parts.folders.append(str(tools[0]))
    elif not tools:
        parts.notes.append(f"{told[1]} is not in {shown(str(home))}: run ./gradlew test once, with a network")
