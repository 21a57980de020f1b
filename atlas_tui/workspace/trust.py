"""Settings of a repository itself that name programs: nobody runs them before the person said so once."""

from __future__ import annotations

import hashlib
import logging
import os
import re

from atlas_tui.errors import Refused
from atlas_tui.workspace.journal import Journal
from atlas_tui.workspace.repository import Repository

log = logging.getLogger(__name__)

_RUNS = re.compile(
    r"core\.(editor|pager|sshcommand|gitproxy|askpass|alternaterefscommand|hookspath|fsmonitor)"
    r"|sequence\.editor|interactive\.difffilter|imap\.tunnel|uploadpack\.packobjectshook|instaweb\.httpd"
    r"|gpg(\..*)?\.program|gpg\.ssh\.defaultkeycommand|credential(\..*)?\.helper"
    r"|diff\.external|diff\..*\.(command|textconv)|(diff|merge)tool\..*\.(cmd|path)|merge\..*\.driver"
    r"|filter\..*\.(clean|smudge|process)|trailer\..*\.(command|cmd)|hook\..*\.command|tar\..*\.command"
    r"|(browser|man)\..*\.(cmd|path)|guitool\..*\.cmd|remote\..*\.(uploadpack|receivepack|vcs)"
    r"|sendemail(\..*)?\.(tocmd|cccmd|headercmd|sendmailcmd)"
    r"|lfs\.(customtransfer|extension)\..*\.(path|clean|smudge)",
    re.DOTALL,
)
_SWITCH = re.compile(r"core\.fsmonitor|pager\..*", re.DOTALL)
"""Where yes and no are values as well."""
_YES_OR_NO = frozenset({"true", "false", "yes", "no", "on", "off", "0", "1"})
_MARKED = re.compile(r"alias\..*|submodule\..*\.update", re.DOTALL)
"""A command where the value begins with an exclamation mark."""
_ADDRESS = re.compile(r"(remote|submodule)\..*\.(push)?url|url\..*\.(push)?insteadof", re.DOTALL)


def commands(repo: Repository) -> tuple[str, ...]:
    """The settings, as ``key=value``, that the repository brings along and by which git runs programs.

    Text out of the repository: to be sanitised before it is shown.

    Raises:
        Refused: its settings cannot be read.
    """
    return tuple(f"{key}={value}" for key, value in repo.own_settings() if _is_command(key, value))


def not_yet(repo: Repository, journal: Journal) -> tuple[str, ...]:
    """Those of ``commands`` that the person has not said yes to, as a whole. Raises: Refused."""
    found = commands(repo)
    try:
        known = (journal.folder / "trusted").read_bytes()
    except OSError:
        known = b""
    return () if not found or known == _digest(found) else found


def remember(repo: Repository, journal: Journal) -> None:
    """Write down the person's yes to exactly what is set now; called under the journal's lock.

    Raises:
        Refused: it cannot be written, or the settings cannot be read.
    """
    try:
        journal.write_file(journal.folder / "trusted", _digest(commands(repo)))
    except OSError as error:
        raise Refused(
            "That yes cannot be kept", f"{journal.folder}: {error.strerror}", "check free space there"
        ) from error


def check(repo: Repository, journal: Journal) -> None:
    """Raises: Refused: the repository's own settings run programs that nobody has agreed to."""
    if found := not_yet(repo, journal):
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise Refused(
            "Nothing is committed",
            f"this repository's own settings run programs ({found[0][:120]}{more})",
            "look at them, and trust the repository if they are meant to run",
        )


def _digest(found: tuple[str, ...]) -> bytes:
    return hashlib.sha256(b"\0".join(os.fsencode(each) for each in sorted(found))).hexdigest().encode()


def _is_command(key: str, value: str) -> bool:
    key = key.casefold()
    if value.strip() in ("", os.devnull):
        return False
    if _SWITCH.fullmatch(key):
        return value.strip().casefold() not in _YES_OR_NO
    if _MARKED.fullmatch(key):
        return value.lstrip().startswith("!")
    if _ADDRESS.fullmatch(key):
        return "ext::" in key + value
    if key in ("protocol.ext.allow", "protocol.allow"):
        return value.strip().casefold() != "never"
    return bool(_RUNS.fullmatch(key))
