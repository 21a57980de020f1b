"""The remote engine against servers that refuse, break off and babble."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import ssl
import subprocess
import time
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from atlas_tui.engine.base import (
    ContextTooSmall,
    Counted,
    Delta,
    EngineError,
    Finished,
    Grammar,
    LifeState,
    Message,
    ModelLoadError,
    Phase,
    Prefill,
    StopReason,
    ThinkingEnd,
)
from atlas_tui.engine.remote import RemoteEngine, transport as transport_module
from atlas_tui.engine.remote.faults import ServerError, StreamCut
from atlas_tui.settings import RemoteSettings
from tests.engine.conftest import ask, finished
from tests.engine.remote_double import (
    DONE,
    END,
    Asked,
    Double,
    Reply,
    Talk,
    begin,
    collect,
    event,
    in_turn,
    say,
    silent,
    streaming,
    text,
    thought,
    usage,
)

KEY = "sk-very-secret-0815"
FINE = streaming(*text("Hello", " there"), END, usage(12, 7, cached=4), DONE)
Start = Callable[..., "asyncio.Future[tuple[RemoteEngine, Double]]"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses, and no proxy."""
    monkeypatch.setattr(transport_module, "FIRST_PAUSE", 0.005)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("ATLAS_TUI_API_KEY", KEY)


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts a double and an engine on it."""
    running, engines = [], []

    async def make(talk: Talk, models: object = None, **settings: object) -> tuple[RemoteEngine, Double]:
        double = Double(talk) if models is None else Double(talk, models or None)
        context = double.running()
        base = await context.__aenter__()
        running.append(context)
        settings.setdefault("timeout_seconds", 5.0)
        engine = RemoteEngine(RemoteSettings(base_url=base, **settings))  # type: ignore[arg-type]
        engines.append(engine)
        return engine, double

    yield make  # type: ignore[misc]
    for engine in engines:
        await engine.close()
    for context in running:
        await context.__aexit__(None, None, None)


async def one(engine: RemoteEngine, **fields: object) -> Finished:
    return finished(await collect(engine, [ask("hi", **fields)]))["A"]  # type: ignore[arg-type]


# What goes well


async def test_a_stream_with_usage(start: Start) -> None:
    engine, double = await start(FINE)
    events = await collect(engine, [ask("hi", name, seed=seed) for seed, name in enumerate("ABC")])
    for end in finished(events).values():
        assert (end.text, end.prompt_tokens, end.answer_tokens) == ("Hello there", 12, 7)
        assert end.reason is StopReason.END
    assert [one for one in events if isinstance(one, Prefill)][-1] == Prefill(done=36, total=36, reused=12)
    assert engine.info is not None and engine.info.context == 4096
    assert {one["seed"] for one in double.chats} == {0, 1, 2}
    assert len({json.dumps(one["messages"]) for one in double.chats}) == 1
    assert all(one.headers["authorization"] == f"Bearer {KEY}" for one in double.asked)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
async def test_a_stream_cut_at_every_byte(start: Start, ending: str) -> None:
    raw = b": a comment\nevent: x\n" + b"".join((*text("größer ", "✓"), END, DONE))

    async def talk(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        await begin(writer)
        for byte in raw.replace(b"\n", ending.encode()):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        return None

    engine, _ = await start(talk)
    assert (await one(engine)).text == "größer ✓"


async def test_a_server_that_does_not_stream(start: Start) -> None:
    message = {"role": "assistant", "content": "whole", "reasoning_content": "hm"}
    answer = {
        "choices": [{"message": message, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 9},
    }
    engine, _ = await start(in_turn(say(200, answer)))
    end = await one(engine, thinking=50)
    assert (end.text, end.thinking, end.reason) == ("whole", "hm", StopReason.LENGTH)
    assert end.answer_tokens + end.thinking_tokens == 9


async def test_parallel_up_to_in_flight(start: Start) -> None:
    most = 0
    engine: RemoteEngine

    async def talk(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        nonlocal most
        most = max(most, double.open)
        await asyncio.sleep(0.05)
        return await FINE(asked, writer)

    engine, double = await start(talk, in_flight=2)
    done = finished(await collect(engine, [ask("hi", name) for name in "ABCDE"]))
    assert len(done) == 5
    assert most == 2


async def test_logprobs_become_statistics_of_the_answer(start: Start) -> None:
    def piece(kind: str, words: str, *values: float) -> bytes:
        choice = {"delta": {kind: words}, "logprobs": {"content": [{"logprob": one} for one in values]}}
        return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"

    parts = (
        piece("reasoning", "hm", -9.0),
        piece("content", "a b", -0.5, -1.5),
        piece("content", "c", -9999.0),
    )
    engine, _ = await start(streaming(*parts, END, DONE))
    end = await one(engine, thinking=100)
    assert end.statistics is not None
    assert (end.statistics.tokens, end.statistics.mean_logprob, end.statistics.least_logprob) == (
        2,
        -1.0,
        -1.5,
    )
    assert (end.thinking_tokens, end.answer_tokens) == (1, 3)


# Thinking


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_thinking_in_its_own_field(start: Start, field: str) -> None:
    parts = (
        *thought("one ", "two", field=field),
        *text("\n\n", "answer"),
        END,
        usage(5, 20, reasoning=14),
        DONE,
    )
    engine, double = await start(streaming(*parts))
    end = await one(engine, thinking=64)
    assert (end.thinking, end.text, end.thinking_end) == ("one two", "answer", ThinkingEnd.CLOSED)
    assert (end.thinking_tokens, end.answer_tokens) == (14, 6)
    assert double.chats[0]["max_tokens"] == 64 + 1024
    assert double.chats[0]["chat_template_kwargs"] == {"enable_thinking": True}


async def test_a_used_up_thinking_budget_takes_a_second_call(start: Start) -> None:
    endless = streaming(*thought(*(f"t{number} " for number in range(50))))
    second = streaming(*text("\nthe ", "answer"), END, DONE)
    engine, double = await start(in_turn(endless, second))
    events = await collect(engine, [ask("hi", thinking=10, max_tokens=77)])
    end = finished(events)["A"]
    assert end.thinking_end is ThinkingEnd.BUDGET
    assert end.thinking_tokens == 10
    assert end.thinking.split()[-1] == "t9"
    assert end.text.strip() == "the answer"
    request = double.chats[1]
    assert request["max_tokens"] == 77
    assert request["messages"][:-1] == double.chats[0]["messages"]
    last = request["messages"][-1]
    assert last["role"] == "assistant"
    assert last["content"].startswith("<think>\nt0 ") and last["content"].endswith("t9\n</think>\n\n")
    assert request["continue_final_message"] and not request["add_generation_prompt"]
    phases = [one.phase for one in events if isinstance(one, Delta)]
    assert phases == sorted(phases, key=[Phase.THINKING, Phase.ANSWER].index)
    assert len(double.chats) == 2


async def test_a_server_that_takes_no_begun_answer_is_asked_without_thinking(start: Start) -> None:
    endless = streaming(*thought(*(["t "] * 50)))
    refusal = say(
        400, {"error": {"message": "Assistant response prefill is incompatible with enable_thinking."}}
    )
    engine, double = await start(in_turn(endless, refusal, FINE))
    end = await one(engine, thinking=5)
    assert (end.text, end.thinking_end) == ("Hello there", ThinkingEnd.BUDGET)
    assert len(double.chats) == 3
    assert double.chats[2]["messages"] == double.chats[0]["messages"]
    assert double.chats[2]["chat_template_kwargs"] == {"enable_thinking": False}
    await one(engine)
    assert "chat_template_kwargs" in double.chats[3], "one refused prefill says nothing about other fields"


async def test_a_turn_that_ends_in_thinking(start: Start) -> None:
    engine, _ = await start(in_turn(streaming(*thought("all "), END, DONE), FINE))
    end = await one(engine, thinking=100)
    assert (end.thinking, end.text, end.thinking_end) == ("all ", "Hello there", ThinkingEnd.TURN)


async def test_the_answer_budget_holds_after_short_thinking(start: Start) -> None:
    engine, _ = await start(streaming(*thought("t"), *text(*("x",) * 500), END, DONE))
    end = await one(engine, thinking=400, max_tokens=20)
    assert (end.text, end.reason, end.answer_tokens) == ("x" * 20, StopReason.LENGTH, 20)


async def test_a_closing_tag_alone(start: Start) -> None:
    engine, _ = await start(streaming(*text("secretly ", "thought</th", "ink>\n\nanswer"), END, DONE))
    end = await one(engine, thinking=100)
    assert (end.thinking, end.text, end.thinking_end) == ("secretly thought", "answer", ThinkingEnd.CLOSED)
    assert "</think>" in (await one(engine)).text, "without thinking it is text"


LLAMA_SERVER = {"data": [{"id": "q.gguf", "owned_by": "llamacpp", "meta": {"n_ctx": 4096}}]}


def llama_server(prompt: str, chat: Talk, plain: Talk) -> Talk:
    """Renders prompts itself, as llama-server does."""

    async def talk(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        if asked.path == "/apply-template":
            empty = "" if asked.body["chat_template_kwargs"]["enable_thinking"] else "<think>\n\n</think>\n\n"
            return say(200, {"prompt": prompt + empty})
        return await (chat if asked.path.endswith("/chat/completions") else plain)(asked, writer)

    return talk


def plain_text(*parts: str) -> Talk:
    pieces = [b"data: " + json.dumps({"choices": [{"text": part}]}).encode() + b"\n\n" for part in parts]
    return streaming(*pieces, b'data: {"choices": [{"text": "", "finish_reason": "stop"}]}\n\n', DONE)


@pytest.mark.parametrize("begun", ["", "<think>\n"])
async def test_llama_servers_second_call_goes_on_to_the_letter(start: Start, begun: str) -> None:
    endless = streaming(*thought(*(f"t{number} " for number in range(50))))
    talk = llama_server(f"PROMPT {begun}", endless, plain_text("the ", "answer"))
    engine, double = await start(talk, models=LLAMA_SERVER)
    end = await one(engine, thinking=3)
    assert (end.thinking, end.text, end.thinking_end) == ("t0 t1 t2 ", "the answer", ThinkingEnd.BUDGET)
    assert double.asked[-1].path == "/v1/completions"
    assert double.asked[-1].body["prompt"] == "PROMPT <think>\nt0 t1 t2\n</think>\n\n"


async def test_a_prompt_that_opens_the_thinking_itself(start: Start) -> None:
    """Plain completions: the budget holds though no opening tag comes."""
    talk = llama_server("PROMPT <think>\n", FINE, in_turn(plain_text(*["t "] * 50), plain_text("answer")))
    engine, double = await start(talk, models=LLAMA_SERVER, api="completions")
    end = await one(engine, thinking=5)
    assert (end.thinking, end.text, end.thinking_end) == ("t " * 5, "answer", ThinkingEnd.BUDGET)
    assert double.asked[-1].body["prompt"] == "PROMPT <think>\nt t t t t\n</think>\n\n"


async def test_plain_completions_take_schemas_only_where_they_are_kept(start: Start) -> None:
    schema = Grammar(json_schema='{"type": "object"}')
    talk = llama_server("PROMPT", FINE, plain_text("{}"))
    engine, double = await start(talk, models=LLAMA_SERVER, api="completions")
    assert (await one(engine, grammar=schema)).text == "{}"
    assert double.asked[-1].body["json_schema"] == {"type": "object"}
    engine, double = await start(FINE, models={"data": [{"id": "a", "owned_by": "b"}]}, api="completions")
    with pytest.raises(ServerError, match="takes no JSON schema"):
        await one(engine, grammar=schema)
    assert len(double.asked) == 1


async def test_a_server_that_thinks_anyway_is_told_in_another_way(start: Start) -> None:
    engine, double = await start(in_turn(streaming(*thought("t"), *text("a"), END, DONE), FINE))
    assert (await one(engine)).text == "a"
    assert "reasoning_effort" not in double.chats[0]
    await one(engine)
    assert double.chats[1]["reasoning_effort"] == "none"


# What a server refuses


async def test_refused_fields_are_left_out_and_remembered(start: Start) -> None:
    replies = (
        say(400, {"error": {"message": "Unknown parameter: 'top_k'.", "param": "top_k"}}),
        say(
            422, {"detail": [{"loc": ["body", "chat_template_kwargs"], "msg": "Extra inputs not permitted"}]}
        ),
        say(400, {"error": {"message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'."}}),
        say(400, {"error": "logprobs are not offered"}),
        FINE,
    )
    engine, double = await start(in_turn(*replies))
    assert (await one(engine)).text == "Hello there"
    assert len(double.chats) == 5
    await one(engine)
    last = double.chats[5]
    gone = {"top_k", "chat_template_kwargs", "max_tokens", "logprobs", "top_logprobs"}
    assert not gone & set(last)
    assert last["max_completion_tokens"] == 1024
    assert last["temperature"] == 0.7
    assert not engine.capabilities.logprobs


async def test_a_refusal_without_a_name_costs_one_try(start: Start) -> None:
    engine, double = await start(in_turn(say(400, {"message": "Bad request"}), FINE))
    assert (await one(engine)).text == "Hello there"
    await one(engine)
    assert len(double.chats) == 3
    assert "stream_options" not in double.chats[2]
    assert double.chats[2]["seed"] == 0


async def test_a_lasting_refusal_gives_the_servers_words(start: Start) -> None:
    engine, double = await start(in_turn(say(400, {"error": {"message": "messages\x1b[31m must alternate"}})))
    with pytest.raises(ServerError) as caught:
        await one(engine)
    assert caught.value.why == "messages [31m must alternate"
    assert len(double.chats) == 2
    assert "top_k" not in engine._dialect.dropped, "nothing was learned"


async def test_a_schema_is_never_left_out_silently(start: Start) -> None:
    engine, double = await start(
        in_turn(say(400, {"error": {"message": "response_format is not supported"}}))
    )
    grammar = Grammar(json_schema='{"type": "object"}')
    with pytest.raises(ServerError, match="response_format"):
        await one(engine, grammar=grammar)
    assert [one["response_format"]["type"] for one in double.chats] == ["json_schema", "json_object"]
    assert not engine.capabilities.grammar
    with pytest.raises(ServerError, match="takes no JSON schema"):
        await one(engine, grammar=grammar)
    with pytest.raises(ServerError, match="no GBNF"):
        await one(engine, grammar=Grammar(gbnf='root ::= "a"'))
    assert len(double.chats) == 2


@pytest.mark.parametrize(
    "reply",
    [
        {
            "message": "This model's maximum context length is 4096 tokens. However, you requested "
            "5000 tokens (4000 in the messages, 1000 in the completion)."
        },
        {
            "message": "request (5000 tokens) exceeds the available context size (4096 tokens), "
            "try increasing it"
        },
        {"type": "exceed_context_size_error", "message": "too big", "n_prompt_tokens": 5000, "n_ctx": 4096},
        {
            "message": "Requested token count exceeds the model's maximum context length of 4096 tokens. "
            "You requested a total of 5000 tokens: 4800 tokens from the input messages and 200 tokens"
        },
        {
            "code": "context_length_exceeded",
            "message": "This model's maximum context length is 4096 tokens. However, your messages "
            "resulted in 5000 tokens.",
        },
    ],
)
async def test_a_prompt_that_does_not_fit(start: Start, reply: dict) -> None:
    engine, double = await start(in_turn(say(400, {"error": reply})))
    with pytest.raises(ContextTooSmall) as caught:
        await one(engine)
    assert (caught.value.needed, caught.value.available) == (5000, 4096)
    assert len(double.chats) == 1


async def test_a_budget_above_the_context_is_not_sent(start: Start) -> None:
    engine, double = await start(FINE)
    with pytest.raises(ContextTooSmall):
        await one(engine, max_tokens=4096)
    assert not double.chats


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (401, "ATLAS_TUI_API_KEY"),
        (403, "ATLAS_TUI_API_KEY"),
        (404, "small"),
        (413, "context"),
        (500, "fault"),
    ],
)
async def test_statuses_in_words(start: Start, status: int, word: str) -> None:
    engine, double = await start(in_turn(say(status, {"error": {"message": f"no {KEY} no"}})))
    with pytest.raises(EngineError) as caught:
        await one(engine)
    assert word in caught.value.one_line()
    assert not caught.value.ours
    assert KEY not in caught.value.one_line()
    assert len(double.chats) == 1, "not tried again"


# What passes by itself


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_passing_faults_are_waited_out(start: Start, status: int) -> None:
    engine, double = await start(in_turn(say(status, {}), say(status, {}), FINE))
    assert (await one(engine)).text == "Hello there"
    assert len(double.chats) == 3


async def test_retry_after_is_kept(start: Start) -> None:
    busy = say(429, {"error": {"message": "slow down"}}, "Retry-After: 0.3\r\n")
    engine, _ = await start(in_turn(busy, FINE))
    await engine.load()
    began = time.monotonic()
    await one(engine)
    assert time.monotonic() - began >= 0.3
    far = say(429, {"error": {"message": "slow down"}}, "Retry-After: 900\r\n")
    engine, double = await start(in_turn(far))
    with pytest.raises(ServerError, match="429") as caught:
        await one(engine)
    assert "900 s" in caught.value.why and "slow down" in caught.value.why
    assert len(double.chats) == 1


async def test_retries_end(start: Start) -> None:
    engine, double = await start(in_turn(say(503, {"error": {"message": "Loading model"}})), retries=2)
    with pytest.raises(ServerError, match="503"):
        await one(engine)
    assert len(double.chats) == 3


async def test_cancel_while_waiting_to_try_again(start: Start) -> None:
    busy = say(429, {}, "Retry-After: 50\r\n")
    engine, _ = await start(in_turn(busy))
    running = asyncio.create_task(collect(engine, [ask("hi")]))
    await asyncio.sleep(0.1)
    engine.cancel(["A"])
    assert finished(await asyncio.wait_for(running, 2))["A"].reason is StopReason.CANCELLED


# What breaks


async def test_nobody_listens() -> None:
    engine = RemoteEngine(RemoteSettings(base_url="http://127.0.0.1:9", retries=1))
    with pytest.raises(ModelLoadError, match="nothing listens there"):
        await engine.load()
    assert engine.life.state is LifeState.FAILED
    await engine.close()


async def test_a_name_that_does_not_exist() -> None:
    engine = RemoteEngine(RemoteSettings(base_url="http://no-such-host.invalid/v1"))
    with pytest.raises(ModelLoadError, match="cannot be found"):
        await engine.load()
    await engine.close()


async def test_a_server_that_speaks_no_tls(start: Start) -> None:
    _, double = await start(FINE)
    async with double.running() as base:
        engine = RemoteEngine(RemoteSettings(base_url=base.replace("http:", "https:")))
        with pytest.raises(ModelLoadError, match=r"does not speak TLS|was cut"):
            await engine.load()
        await engine.close()


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate with openssl")
async def test_a_certificate_that_nobody_signed(start: Start, tmp_path: Path) -> None:
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=a -keyout k -out c"
    )
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "c", tmp_path / "k")
    _, double = await start(FINE)
    async with double.running(tls) as base:
        engine = RemoteEngine(RemoteSettings(base_url=base))
        with pytest.raises(ModelLoadError, match="cannot be trusted") as caught:
            await engine.load()
        assert "SSL_CERT_FILE" in caught.value.todo
        assert not double.asked, "the key was not sent"
        await engine.close()


async def test_a_cut_stream_costs_its_sequence_only(start: Start) -> None:
    async def talk(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        if asked.body["seed"] == 1:
            await streaming(*text("lost", " words"))(asked, writer)
            return None
        await asyncio.sleep(0.1)
        return await FINE(asked, writer)

    engine, double = await start(talk)
    events = []
    with pytest.raises(StreamCut) as caught:
        async for item in engine.generate([ask("hi", name, seed=seed) for seed, name in enumerate("ABC")]):
            events.append(item)
    assert set(finished(events)) == {"A", "C"}
    assert "2 tokens of B are lost" in caught.value.why
    assert len(double.chats) == 3, "no second try once words have come"


async def test_a_hang_up_before_the_first_word_is_tried_again(start: Start) -> None:
    async def hang_up(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await writer.drain()
        return None

    answer = say(200, {"choices": [{"message": {"content": "x"}, "finish_reason": "length"}]})
    engine, double = await start(in_turn(hang_up, answer, FINE))
    assert (await one(engine)).text == "Hello there"
    assert [one.get("stream", False) for one in double.chats] == [True, False, True]
    assert double.chats[1]["max_tokens"] == 1


async def test_an_error_inside_the_stream(start: Start) -> None:
    error = b'data: {"error": {"message": "CUDA out of memory", "code": 500}}\n\n'
    engine, _ = await start(streaming(*text("a"), error))
    with pytest.raises(EngineError, match="CUDA out of memory; 1 tokens of A are lost"):
        await one(engine)


async def test_silence(start: Start) -> None:
    engine, _ = await start(silent, timeout_seconds=0.3)
    with pytest.raises(ServerError, match="went silent"):
        await one(engine)
    assert engine.life.state is LifeState.FAILED
    assert engine.info is None, "the next call looks whether the server is there"


@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><html>hi</html>", b"Hello", b'{"a": 1}', b"[1]", b"data: nonsense\n\n", b"\xff\xfe"],
)
async def test_something_else_than_an_answer(start: Start, content: bytes) -> None:
    engine, _ = await start(in_turn(Reply(200, content)))
    with pytest.raises(ServerError, match="does not answer like an OpenAI-compatible server"):
        await one(engine)


async def test_an_empty_answer(start: Start) -> None:
    engine, _ = await start(in_turn(Reply(200, b"")), retries=1)
    with pytest.raises(ServerError, match="an empty answer"):
        await one(engine)


async def test_a_redirect_is_not_followed(start: Start) -> None:
    elsewhere = say(308, {}, "Location: https://elsewhere.invalid/\r\n")
    engine, _ = await start(in_turn(elsewhere))
    with pytest.raises(ServerError, match="leads elsewhere"):
        await one(engine)


async def test_a_content_filter(start: Start) -> None:
    engine, _ = await start(streaming(*text("a"), event({}, "content_filter"), DONE))
    with pytest.raises(ServerError, match="withheld"):
        await one(engine)


async def test_cancel_closes_the_connection_and_keeps_the_text(start: Start) -> None:
    gone = asyncio.Event()

    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        await begin(writer)
        try:
            while True:
                writer.write(text("word ")[0])
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            gone.set()
            raise

    engine, _ = await start(endless)
    ends = {}
    began = 0.0
    async for item in engine.generate([ask("hi", "A"), ask("hi", "B")]):
        if isinstance(item, Delta) and not began:
            engine.cancel()
            began = time.monotonic()
        elif isinstance(item, Finished):
            ends[item.id] = item
    assert time.monotonic() - began < 1.0
    assert {one.reason for one in ends.values()} == {StopReason.CANCELLED}
    assert any(one.text == "word " for one in ends.values())
    await asyncio.wait_for(gone.wait(), 2)


# Models, counts, embeddings


async def test_models_are_checked(start: Start) -> None:
    for models, model, found in (
        ({"data": [{"id": "qwen3:latest", "owned_by": "library"}]}, "qwen3", "qwen3:latest"),
        ({"data": [{"id": "a", "context_length": 5}, {"id": "b"}]}, "b", "b"),
        ({}, "named", "named"),
    ):
        engine, _ = await start(in_turn(say(404, {"detail": "Not Found"})), models=models, model=model)
        assert (await engine.load()).name == found
    for none in ({"data": list[str]()}, {}):
        engine, _ = await start(in_turn(say(404, {"detail": "Not Found"})), models=none)
        with pytest.raises(ModelLoadError):
            await engine.load()


async def test_llama_server_tells_its_context_and_counts(start: Start) -> None:
    async def talk(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        answers = {
            "/props": {"default_generation_settings": {"n_ctx": 8192}},
            "/apply-template": {"prompt": "rendered"},
            "/tokenize": {"tokens": [1, 2, 3]},
        }
        return say(200, answers[asked.path]) if asked.path in answers else say(404, {"error": {"code": 404}})

    meta = {"n_embd": 1024, "size": 77, "n_ctx_train": 40960}
    models = {"data": [{"id": "q.gguf", "owned_by": "llamacpp", "meta": meta}]}
    engine, _ = await start(talk, models=models)
    info = await engine.load()
    assert (info.context, info.embedding_size, info.size_bytes) == (8192, 1024, 77)
    assert await engine.count([Message(role="user", content="x")]) == Counted(tokens=3)


async def test_vllm_counts(start: Start) -> None:
    async def talk(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        return say(200, {"count": 42, "tokens": []}) if asked.path == "/tokenize" else say(404, {})

    engine, _ = await start(talk)
    assert await engine.count([Message(role="user", content="x")]) == Counted(tokens=42)


async def test_embeddings_come_in_order_and_are_checked(start: Start) -> None:
    async def talk(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        rows = [{"index": number, "embedding": [number, 0.5]} for number, _ in enumerate(asked.body["input"])]
        return say(200, {"data": rows[::-1]})

    engine, _ = await start(talk)
    vectors = await engine.embed([str(number) for number in range(40)])
    assert [one.size for one in vectors] == [2] * 40
    assert vectors[0] == vectors[32] != vectors[1]
    for data in (
        [],
        [{"embedding": None}],
        [{"embedding": ["a"]}],
        [{"embedding": [1e9]}],
        [{"embedding": []}],
    ):
        engine, _ = await start(in_turn(say(200, {"data": data})))
        with pytest.raises(EngineError, match="does not answer like"):
            await engine.embed(["x"])


# The key


async def test_the_key_is_nowhere(
    start: Start, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    echo = say(400, {"error": {"message": f"Bearer {KEY} is not allowed to use top_k"}})
    broken = streaming(b'data: {"error": "' + KEY.encode() + b'"}\n\n')
    babble = Reply(200, f"Bearer {KEY}".encode())
    engine, _ = await start(in_turn(echo, broken, babble))
    shown: list[str] = []
    for _ in range(2):
        with pytest.raises(EngineError) as caught:
            await one(engine)
        shown += [caught.value.one_line(), *traceback.format_exception(caught.value)]
    shown += [caplog.text, *capfd.readouterr(), repr(engine.info), str(engine.life)]
    shown += [repr(vars(engine)), repr(engine._transport)]
    assert not [where for where in shown if KEY in where]


async def test_a_schema_that_is_no_json(start: Start) -> None:
    engine, double = await start(FINE)
    with pytest.raises(EngineError, match="not JSON"):
        await one(engine, grammar=Grammar(json_schema="{"))
    assert not double.chats
