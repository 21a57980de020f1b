"""``atlas-tui serve``: the app in a browser on this machine, and for nobody else."""

from __future__ import annotations

import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer

from atlas_tui.cli.inputs import problem_text
from atlas_tui.errors import InputError

HOST = "127.0.0.1"
"""Never another one: whoever reaches the page works with the rights of the person who started it."""
COOKIE = "atlas_tui"

Handler = Callable[[Any], Awaitable[Any]]


def serve(
    problem: Annotated[str, typer.Argument(help="A problem file to begin with.", show_default=False)] = "",
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Port on this machine.")] = 8000,
    model: Annotated[str, typer.Option(help="A GGUF file instead of the configured model.")] = "",
) -> None:
    """Open the app in a browser, bound to this machine; every tab is an app of its own.

    Needs the extra "serve" of atlas-tui, which is textual-serve. Ctrl+C ends it.
    """
    if problem == "-":
        raise InputError("Standard input cannot be served", "each tab is an app of its own", "name a file")
    if problem:
        problem_text(problem)
    try:
        library = import_module("textual_serve.server")
        web = import_module("aiohttp.web")
    except ImportError as error:
        raise InputError(
            "The app cannot be served", "textual-serve is not installed", "pip install 'atlas-tui[serve]'"
        ) from error
    key = secrets.token_urlsafe(24)
    server = guarded(library.Server, web, key)(
        command(problem, model), host=HOST, port=port, title="Atlas TUI"
    )
    typer.echo(f"Open http://{HOST}:{port}/?key={key}")
    server.serve()


def command(problem: str, model: str) -> str:
    """The command line that each tab starts."""
    words = [sys.executable, "-m", "atlas_tui", "open"]
    words += [problem] if problem else []
    words += ["--model", model] if model else []
    return shlex.join(words)


def guarded(server: Any, web: Any, key: str) -> Any:
    """The server's class with a door: only pages that were opened with ``key`` get in.

    The address alone would not do: other users of this machine reach it as well, and any web page may open a
    connection to it from the person's own browser.
    """

    class Guarded(server):  # type: ignore[misc]
        async def _make_app(self) -> Any:
            app = await super()._make_app()

            @web.middleware  # type: ignore[untyped-decorator]
            async def door(request: Any, handler: Handler) -> Any:
                if not may_enter(
                    request.host, request.headers, request.query, request.cookies, self.port, key
                ):
                    raise web.HTTPForbidden(text="Open the address that `atlas-tui serve` printed.")
                response = await handler(request)
                if request.path == "/":
                    response.set_cookie(COOKIE, key, httponly=True, samesite="Strict")
                return response

            app.middlewares.append(door)
            return app

    return Guarded


def may_enter(
    host: str,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    cookies: Mapping[str, str],
    port: int,
    key: str,
) -> bool:
    """Whether a request comes from a page of ours: this machine's name, our origin, and the key."""
    here = {f"{HOST}:{port}", f"localhost:{port}"}
    origin = headers.get("Origin")
    if host not in here or (origin is not None and origin.removeprefix("http://") not in here):
        return False
    shown = query.get("key") or cookies.get(COOKIE) or ""
    return secrets.compare_digest(shown.encode(), key.encode())
