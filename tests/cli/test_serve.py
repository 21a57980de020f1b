"""The app in a browser: who may enter, what each tab starts, what is said where it cannot be done."""

from __future__ import annotations

import asyncio
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from atlas_tui.cli import serve
from atlas_tui.errors import InputError

KEY = "the key"
HERE = "127.0.0.1:8000"


@pytest.mark.parametrize(
    ("host", "origin", "query", "cookie", "enters"),
    [
        (HERE, None, KEY, None, True),
        (HERE, f"http://{HERE}", None, KEY, True),
        ("localhost:8000", "http://localhost:8000", None, KEY, True),
        (HERE, None, None, None, False),
        (HERE, None, "another", None, False),
        (HERE, "http://evil.example", None, KEY, False),
        (HERE, "null", None, KEY, False),
        ("rebound.example:8000", None, KEY, None, False),
        ("127.0.0.1:8001", None, KEY, None, False),
    ],
)
def test_only_our_own_pages_with_the_key_enter(
    host: str, origin: str | None, query: str | None, cookie: str | None, enters: bool
) -> None:
    headers = {"Origin": origin} if origin else {}
    asked, kept = ({"key": query} if query else {}), ({serve.COOKIE: cookie} if cookie else {})
    assert serve.may_enter(host, headers, asked, kept, 8000, KEY) is enters


class Forbidden(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text)


class Library:
    """As much of textual-serve's server as the door is built on."""

    port = 8000

    async def _make_app(self) -> Any:
        return SimpleNamespace(middlewares=[])


def test_the_door_keeps_others_out_and_gives_a_cookie() -> None:
    cookies: dict[str, str] = {}

    class Response:
        def set_cookie(self, name: str, value: str, **more: object) -> None:
            assert more == {"httponly": True, "samesite": "Strict"}
            cookies[name] = value

    async def handler(request: Any) -> Response:
        return Response()

    async def visit(query: dict[str, str], kept: dict[str, str]) -> Any:
        web = SimpleNamespace(middleware=lambda function: function, HTTPForbidden=Forbidden)
        app = await serve.guarded(Library, web, KEY)()._make_app()
        (door,) = app.middlewares
        request = SimpleNamespace(host=HERE, headers={}, query=query, cookies=kept, path="/")
        return await door(request, handler)

    with pytest.raises(Forbidden):
        asyncio.run(visit({}, {}))
    assert asyncio.run(visit({"key": KEY}, {})) is not None
    assert asyncio.run(visit({}, dict(cookies))) is not None


def test_each_tab_starts_the_app_with_what_was_named() -> None:
    words = shlex.split(serve.command("a problem.md", "my model.gguf"))
    assert words == [sys.executable, "-m", "atlas_tui", "open", "a problem.md", "--model", "my model.gguf"]


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    with pytest.raises(InputError) as caught:
        serve.serve()
    assert "pip install 'atlas-tui[serve]'" in caught.value.one_line()


def test_standard_input_is_refused() -> None:
    with pytest.raises(InputError, match="Standard input cannot be served"):
        serve.serve("-")


def _opened(address: str) -> Any:
    """The page; the address is told a moment before the server listens."""
    end = time.monotonic() + 30
    while True:
        try:
            return urllib.request.urlopen(address, timeout=20)
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_the_real_server_lets_in_only_with_the_key(tmp_path: Path) -> None:
    pytest.importorskip("textual_serve")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "atlas_tui", "serve", "--port", str(port)],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = ""
        while "Press Ctrl+C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        found = re.search(r"http://\S+key=\S+", said)
        assert found is not None
        with _opened(found[0]) as answer:
            assert answer.status == 200 and serve.COOKIE in answer.headers["Set-Cookie"]
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20)
    finally:
        process.terminate()
        process.wait(20)
