"""Where the server is, and the key to it."""

from __future__ import annotations

import importlib
import ipaddress
import logging
import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from atlas_tui.engine.remote.faults import ServerError
from atlas_tui.settings import RemoteSettings

log = logging.getLogger(__name__)

SERVICE = "atlas-tui"
"""Name of the keyring's entry; the user is the server's host name."""

_ENDPOINTS = ("/chat/completions", "/completions", "/models", "/embeddings")


@dataclass(frozen=True, slots=True)
class Address:
    """A server's address, without user, password and query."""

    base: str
    """Ends in ``/v1`` or whatever path was given; no slash behind it."""
    host: str
    port: int | None
    encrypted: bool

    @property
    def shown(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}" if self.port else self.host

    @property
    def root(self) -> str:
        """The address above ``/v1``, where servers keep what is not OpenAI's."""
        return self.base.removesuffix("/v1")

    @property
    def local(self) -> bool:
        """On this machine."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse(base_url: str) -> Address:
    """The address in ``remote.base_url``; ``/v1`` is added to a bare host.

    Raises:
        ServerError: it is no address of a web server.
    """
    try:
        parts = urlsplit(base_url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _unusable(str(error)) from error
    if parts.scheme not in ("http", "https") or not host:
        raise _unusable("it does not begin with http:// or https:// and a host name")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _unusable("it holds a user, a password or a query; a key belongs into the environment")
    path = parts.path.rstrip("/")
    for endpoint in _ENDPOINTS:
        path = path.removesuffix(endpoint)
    name = f"[{host}]" if ":" in host else host
    place = f"{name}:{port}" if port else name
    return Address(f"{parts.scheme}://{place}{path or '/v1'}", host, port, parts.scheme == "https")


def _unusable(why: str) -> ServerError:
    return ServerError(
        "The setting remote.base_url cannot be used", why, "write it like http://localhost:8000/v1"
    )


@dataclass(frozen=True, slots=True)
class Key:
    """An API key; its value is in no representation of it."""

    value: str = field(repr=False)
    """Empty when there is none."""
    source: str
    """Where it was found or looked for, in words."""

    def hidden(self, text: str) -> str:
        """``text`` without the key."""
        return text.replace(self.value, "(the key)") if self.value else text


def find_key(settings: RemoteSettings, address: Address) -> Key:
    """The key of the environment, else of the system's keyring, else none. May wait for the keyring.

    Raises:
        ServerError: it holds characters that cannot be in a header.
    """
    variable = settings.key_env
    value, source = os.environ.get(variable, "").strip(), f"the key in {variable}"
    if not value:
        value, looked = _from_keyring(address.host)
        source = looked if value else f"no key: {variable} is not set, and {looked}"
    if not (value.isascii() and (not value or value.isprintable())):
        raise ServerError(
            "The API key cannot be used",
            f"{source} holds characters that cannot be sent",
            "set it again, without quotes or line ends",
        )
    if value and not address.encrypted and not address.local:
        log.warning("the API key is sent to %s unencrypted", address.shown)
    return Key(value, source)


def _from_keyring(host: str) -> tuple[str, str]:
    """The value, and where it was looked for in words."""
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        return "", "no keyring is installed"
    try:
        value = keyring.get_password(SERVICE, host)
    except (errors.KeyringError, OSError, RuntimeError) as error:
        log.warning("the keyring cannot be read: %s", type(error).__name__)
        return "", "the keyring cannot be read"
    if not value:
        return "", f"the keyring has none for {SERVICE} and {host}"
    return value.strip(), f"the keyring's key for {SERVICE} and {host}"
