"""What can go wrong between us and a server, as errors for people."""

from __future__ import annotations

import email.utils
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from atlas_tui.engine.base import ContextTooSmall, EngineError, ModelLoadError


class ServerError(ModelLoadError):
    """The server cannot be reached, refuses, or answers with something else than an answer."""


class Unreachable(ServerError):
    """Nothing came from the server."""


class StreamCut(ServerError):
    """An answer stopped in the middle. It costs that sequence; the others of its call go on."""


@dataclass(kw_only=True, eq=False)
class Refusal(Exception):
    """An HTTP status that is not 200, or an error object inside a stream."""

    status: int
    """0 for an error inside a stream that gave no number."""
    message: str = ""
    """The server's words, shortened, without the key."""
    param: str = ""
    """The field that it complains about, where it says so."""
    code: str = ""
    retry_after: float | None = None
    """Seconds, where the server asked to wait."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Counts beside the message."""

    @property
    def context(self) -> bool:
        """The prompt and its budget do not fit the context."""
        return bool(
            self.status == 413
            or "context_length" in self.code
            or "exceed_context" in self.code
            or (self.status in (0, 400, 422, 500) and _CONTEXT.search(self.message))
        )


Hide = Callable[[str], str]
"""Takes the key out of a text."""

_CONTEXT = re.compile(
    r"context (?:length|size|window).*(?:exceed|requested|too (?:long|large)|input tokens|reduce)"
    r"|(?:exceed|longer than|larger than|too long).*context"
    r"|prompt is too long",
    re.IGNORECASE | re.DOTALL,
)
_AVAILABLE = re.compile(
    r"(?:context (?:length|size|window)[a-z' ]*|maximum[a-z' ]*|context window of |n_ctx\D{0,4})\(?(\d{2,})",
    re.IGNORECASE,
)
_NEEDED = re.compile(
    r"(?:requested (?:a total of |tokens \()?|request \(|prompt \(|resulted in |contains (?:at least )?)"
    r"(\d+)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


def refusal(response: httpx.Response, hide: Hide) -> Refusal:
    """What a response with an error status says."""
    try:
        body: object = json.loads(response.text)
    except ValueError:
        body = None
    return from_body(body, response.status_code, hide, response.text, _wait(response.headers))


def from_body(
    body: object, status: int, hide: Hide, text: str = "", retry_after: float | None = None
) -> Refusal:
    """An error object as OpenAI's, FastAPI's or llama-server's, or any text."""
    inner = body.get("error", body) if isinstance(body, dict) else body
    group: dict[str, Any] = inner if isinstance(inner, dict) else {}
    detail = group.get("detail")
    message, param = _detail(detail) if isinstance(detail, list) else ("", "")
    for candidate in (message, group.get("message"), detail, inner, text):
        if isinstance(candidate, str) and candidate.strip():
            message = candidate
            break
    if "<html" in message[:500].lower() or "<!doctype" in message[:100].lower():
        message = "it sent a web page"
    code = group.get("code")
    return Refusal(
        status=status or (code if isinstance(code, int) and 400 <= code < 600 else 0),
        message=hide(_CONTROL.sub(" ", message).strip()[:400]),
        param=param or (group["param"] if isinstance(group.get("param"), str) else ""),
        code=" ".join(str(one) for one in (code, group.get("type")) if isinstance(one, str)),
        retry_after=retry_after,
        numbers={key: one for key, one in group.items() if isinstance(one, int)},
    )


def _detail(errors: list[Any]) -> tuple[str, str]:
    """FastAPI's list of what did not validate."""
    known = [one for one in errors if isinstance(one, dict)]
    places = [".".join(str(part) for part in one.get("loc", ())) for one in known]
    said = [f"{place}: {one.get('msg', '')}" for place, one in zip(places, known, strict=True)]
    return "; ".join(said), " ".join(places)


def _wait(headers: httpx.Headers) -> float | None:
    """Seconds of ``Retry-After``: a number, or a date."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        return max(email.utils.parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What messages say about the server."""

    host: str
    address: str
    key: str
    """Where the key was found or looked for."""
    model: str = ""
    models: tuple[str, ...] = ()
    """Models that the server listed."""

    def listed(self) -> str:
        """Up to eight of its models, for messages."""
        more = f" and {len(self.models) - 8} more" if len(self.models) > 8 else ""
        return ", ".join(self.models[:8]) + more


def of_refusal(what: Refusal, place: Place) -> EngineError:
    """The error for a status. 400 and 422 give the server's words."""
    said = what.message or "it gave no reason"
    host = place.host
    if what.context:
        return _too_long(what, host)
    match what.status:
        case 401 | 403:
            todo = "set the key for this server in the environment or the keyring"
            return ServerError(
                f"{host} refuses access ({what.status})", f"{place.key}; it said: {said}", todo
            )
        case 404 | 405:
            there = f"; its models are {place.listed()}" if place.models else ""
            asked = f"{place.address} and model {place.model or 'unknown'}"
            todo = f"check remote.base_url and remote.model{there}"
            return ServerError(
                f"{host} does not know what was asked ({what.status})", f"{asked}: {said}", todo
            )
        case 429:
            wait = f"; it asks to wait {what.retry_after:,.0f} s" if what.retry_after else ""
            return ServerError(
                f"{host} has too many requests (429)",
                f"{said}{wait}",
                "wait, or set a lower remote.in_flight",
            )
        case status if 300 <= status < 400:
            todo = "set remote.base_url to the address it leads to"
            return ServerError(f"{host} leads elsewhere ({status})", said, todo)
        case status if status >= 500:
            return ServerError(f"{host} has a fault ({status})", said, "look at the server's log; run again")
        case 0:
            return StreamCut(f"{host} broke off an answer", said, "run again; look at the server's log")
        case status:
            return ServerError(f"{host} refuses the request ({status})", said, "see docs/remote.md")


def _too_long(what: Refusal, host: str) -> EngineError:
    available, needed = _AVAILABLE.search(what.message), _NEEDED.search(what.message)
    room = what.numbers.get("n_ctx") or (int(available[1]) if available else 0)
    wish = what.numbers.get("n_prompt_tokens") or (int(needed[1]) if needed else 0)
    if room and wish:
        return ContextTooSmall(wish, room)
    return ServerError(
        f"The prompt does not fit the context that {host} gives",
        what.message or f"it answered {what.status}",
        "shorten the problem, lower the token budgets, or give the server a larger context",
    )


def of_transport(error: httpx.HTTPError, place: Place, silence: float) -> ServerError:
    """The error for what happened on the way; ``silence`` is the longest allowed one, in seconds."""
    host, causes = place.host, tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            todo = "check the address; SSL_CERT_FILE may name your own certificates"
            return Unreachable(f"{host} cannot be trusted", _words(cause.verify_message), todo)
        if isinstance(cause, ssl.SSLError):
            todo = "check whether remote.base_url begins with http:// or https://"
            return Unreachable(f"{host} does not speak TLS with us", _words(cause.reason or str(cause)), todo)
        if isinstance(cause, socket.gaierror):
            return Unreachable(
                f"{host} cannot be found",
                _words(str(cause.strerror)),
                "check remote.base_url and the network",
            )
    match error:
        case httpx.ConnectTimeout():
            return Unreachable(f"{host} cannot be reached", "it does not answer", "is the server running?")
        case httpx.TimeoutException():
            todo = "the server may be busy; remote.timeout_seconds sets how long to wait"
            return Unreachable(f"{host} went silent", f"nothing came for {silence:g} s", todo)
        case httpx.ProxyError():
            return Unreachable(
                f"{host} cannot be reached through the proxy",
                _words(str(error)),
                "check HTTPS_PROXY and NO_PROXY in the environment",
            )
        case httpx.ConnectError():
            refused = any(isinstance(one, ConnectionRefusedError) for one in causes)
            why = "nothing listens there" if refused else _words(str(error))
            return Unreachable(f"{host} cannot be reached", why, "is the server running?")
    return StreamCut(f"The connection to {host} was cut", _words(str(error)), "run again")


def passing(error: httpx.HTTPError) -> bool:
    """Whether trying again can help: not for an unknown name or a bad certificate, nor after silence."""
    if isinstance(error, httpx.ConnectTimeout):
        return True
    lasting = any(isinstance(one, ssl.SSLError | socket.gaierror) for one in _causes(error))
    return isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError) and not lasting


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__


def _words(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()[:300] or "no reason was given"


def not_an_answer(why: str, place: Place) -> ServerError:
    """The server speaks another language."""
    return ServerError(
        f"{place.host} does not answer like an OpenAI-compatible server",
        _words(why),
        "check remote.base_url; it usually ends in /v1",
    )


def lost(error: EngineError, name: str, tokens: int) -> StreamCut:
    """``error``, with what a sequence had written when it came."""
    gone = f"{tokens:,} tokens of {name} are lost"
    return StreamCut(error.what, f"{error.why}; {gone}" if error.why else gone, error.todo)
