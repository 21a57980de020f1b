"""The hub that models are pulled from: what a file there is, and its bytes. The only user of huggingface_hub.

Its own download keeps no partial file when it is ended, so the bytes are read here, through its session,
addresses, login and errors; the hub's metadata headers are read by it.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from urllib.parse import urlsplit

from atlas_tui import __version__
from atlas_tui.errors import AtlasError

SILENCE = 30.0
"""Seconds without a byte after which a connection counts as cut."""
ANSWER = 15.0
"""Seconds in which the hub must answer a question."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_LATER = {408, 425, 429, 500, 502, 503, 504}
_LOGIN = "log in by `hf auth login`, or set HF_TOKEN"

log = logging.getLogger(__name__)


class PullError(AtlasError):
    """A model could not be pulled; what was fetched of it is kept."""


class Cut(Exception):
    """The bytes ended too early; asking again for the rest may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A file as the hub describes it."""

    repo: str
    file: str
    commit: str
    etag: str
    size: int | None
    """Bytes; None where the hub does not tell."""

    @property
    def sha256(self) -> str:
        """The checksum that the hub has of it; empty for files outside its store for large ones."""
        return self.etag if _SHA256.fullmatch(self.etag) else ""


def metadata(repo: str, file: str, revision: str = "main") -> Remote:
    """What the hub says about a file, without fetching it.

    Raises:
        PullError: offline, no such repository or file, no right to read it, or the hub has trouble.
    """
    hub = _library()
    with _told(repo, file):
        url = hub.hf_hub_url(repo, file, revision=revision, endpoint=_endpoint())
        found = hub.get_hf_file_metadata(
            url, timeout=ANSWER, library_name="atlas-tui", library_version=__version__, endpoint=_endpoint()
        )
    if not found.commit_hash or not found.etag:
        why = f"{_endpoint() or 'it'} does not answer as the hub does"
        raise PullError("The hub cannot be used", why, "see HF_ENDPOINT, a proxy or a login page in between")
    return Remote(repo=repo, file=file, commit=found.commit_hash, etag=found.etag, size=found.size)


@contextmanager
def content(remote: Remote, start: int = 0) -> Iterator[tuple[int, Iterator[bytes]]]:
    """The bytes of a file from ``start`` on, and where they really begin: at 0 where the server cannot skip.

    Every call goes through the hub, because the addresses that it redirects to expire.

    Raises:
        Cut: the connection ended or fell silent, also while the bytes are read.
        PullError: as ``metadata``.
    """
    hub = _library()
    url = hub.hf_hub_url(remote.repo, remote.file, revision=remote.commit, endpoint=_endpoint())
    headers = hub.utils.build_hf_headers(library_name="atlas-tui", library_version=__version__)
    headers["Accept-Encoding"] = "identity"
    if start:
        headers["Range"] = f"bytes={start}-"
    with (
        _told(remote.repo, remote.file, fetching=True),
        hub.get_session().stream("GET", url, headers=headers, timeout=SILENCE) as response,
    ):
        hub.utils.hf_raise_for_status(response)
        begin = _begin(response.status_code, response.headers.get("Content-Range", ""), start)
        # Pieces as they come: larger ones would be lost half-filled when the connection is cut.
        yield begin, response.iter_bytes()


def _begin(status: int, content_range: str, start: int) -> int:
    if status != 206:
        return 0
    found = _RANGE.fullmatch(content_range)
    if found is None or int(found[1]) != start:
        raise PullError(
            "The hub sent another part of the file", content_range or "unnamed", "try again later"
        )
    return start


def gguf_files(repo: str) -> list[tuple[str, int | None]]:
    """The GGUF files of a repository with their sizes in bytes, by name.

    Raises:
        PullError: as ``metadata``.
    """
    hub = _library()
    with _told(repo, ""):
        api = hub.HfApi(endpoint=_endpoint(), library_name="atlas-tui", library_version=__version__)
        found = api.model_info(repo, files_metadata=True, timeout=ANSWER)
    files = [(one.rfilename, one.size) for one in found.siblings or ()]
    return sorted((name, size) for name, size in files if name.lower().endswith(".gguf"))


def _library() -> ModuleType:
    """huggingface_hub, imported when it is needed. It reads these variables when it is imported."""
    # The transfers of Xet storage go around the ranges that resuming needs.
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import huggingface_hub.errors
    import huggingface_hub.utils

    # Its own words would land between ours on the terminal.
    huggingface_hub.utils.logging.set_verbosity(logging.CRITICAL)
    return huggingface_hub


def _endpoint() -> str | None:
    """``HF_ENDPOINT``, or None for the hub itself. Raises: PullError where it is no address."""
    given = os.environ.get("HF_ENDPOINT", "").rstrip("/")
    if not given:
        return None
    try:
        parts = urlsplit(given)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise PullError("HF_ENDPOINT is no address", repr(given), "write it as https://host, or unset it")
    return given


@contextmanager
def _told(repo: str, file: str, *, fetching: bool = False) -> Iterator[None]:
    """Turn errors of the hub into ours; while a file is fetched, what may pass becomes ``Cut``."""
    errors = _library().errors
    try:
        yield
    except errors.OfflineModeIsEnabled as error:
        raise PullError("The hub is not asked", "HF_HUB_OFFLINE is set", "unset it to pull models") from error
    except errors.HFValidationError as error:
        raise PullError("This is no repository of the hub", repr(repo), "write owner/name") from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        log.info("the hub answered %d for %s", status, error.response.url.copy_with(query=None))
        if fetching and status in _LATER:
            raise Cut(f"the hub answered {status}") from error
        raise _refusal(error, status, repo, file) from error
    # The root of what the HTTP library raises, whichever one huggingface_hub uses.
    except errors.HTTPError as error:
        why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        log.info("the hub could not be reached: %s", why)
        if fetching:
            raise Cut(why) from error
        todo = "connect to the internet; what is pulled already works without"
        raise PullError("The hub cannot be reached", " ".join(why.split()), todo) from error


def _refusal(error: Exception, status: int, repo: str, file: str) -> PullError:
    """Words for an answer that is an error."""
    errors = _library().errors
    match error:
        case errors.GatedRepoError():
            why = f"{repo} wants its terms accepted by each reader"
            page = f"{_endpoint() or 'https://huggingface.co'}/{repo}"
            return PullError("This model is gated", why, f"accept them on {page}, then {_LOGIN}")
        case errors.RevisionNotFoundError() | errors.RemoteEntryNotFoundError():
            return _no_file(repo, file)
        case errors.DisabledRepoError():
            why = f"the hub has disabled {repo}"
            return PullError("This repository is closed", why, "choose another model")
        case errors.RepositoryNotFoundError():
            why = f"{repo} does not exist, or is private"
            return PullError("There is no such repository", why, f"see its name; if it is private, {_LOGIN}")
    return _no_file(repo, file) if status == 404 else _refusal_by_status(status, repo)


def _no_file(repo: str, file: str) -> PullError:
    what = f"{repo} has no file {file}" if file else f"the hub has no {repo}"
    todo = f"see its files by `atlas-tui models pull hf:{repo}`" if file else "see its name"
    return PullError("There is no such file", what, todo)


def _refusal_by_status(status: int, repo: str) -> PullError:
    match status:
        case 401:
            return PullError("The hub wants a login", f"{repo} is private, or does not exist", _LOGIN)
        case 403:
            return PullError("The hub refuses to hand out this file", f"no right to read {repo}", _LOGIN)
        case 429:
            why = "too many requests from here (429)"
            return PullError("The hub asks to wait", why, "try again in some minutes")
    trouble = "The hub has trouble" if status >= 500 else "The hub refuses"
    return PullError(trouble, f"it answered {status}", "try again later")
