"""A loaded model and what it can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from atlas_tui.engine.base import EngineError, EngineEvent, Finished, Message, SequenceRequest
from atlas_tui.engine.llama.cancel import Cancellation
from atlas_tui.engine.llama.loading import MOST_SEQUENCES, Loaded
from atlas_tui.engine.llama.native import NativeError
from atlas_tui.engine.llama.outbox import Outbox
from atlas_tui.engine.llama.phases import Tags, Wish, share_room
from atlas_tui.engine.llama.scheduler import Job, Scheduler, common_length
from atlas_tui.engine.llama.template import FORCED_CLOSE


class Session:
    """Turns requests into jobs and runs them."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded, self.info = loaded, loaded.info
        self._template = loaded.template
        self._scheduler = Scheduler(loaded.context, loaded.chunk)
        self._tags = self._find_tags()

    def close(self) -> None:
        """Free batch, context and model, in this order."""
        self._scheduler.close()
        self._loaded.close()

    def interrupt(self) -> None:
        """Stop the running call; safe from any thread."""
        self._loaded.context.interrupt()

    def resume(self) -> None:
        """Take back an interrupt that came too late."""
        self._loaded.context.resume()

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of the rendered prompt. Raises: EngineError."""
        try:
            return len(self._template.prompt(messages, thinking=False).tokens)
        except NativeError as error:
            raise _cannot_go_on(error) from error

    def generate(
        self, requests: Sequence[SequenceRequest], cancel: Cancellation, send: Callable[[EngineEvent], None]
    ) -> None:
        """Continue all requests in one batch.

        Raises:
            ContextTooSmall: before anything is decoded.
            EngineError: llama.cpp refused.
        """
        if not 0 < len(requests) <= MOST_SEQUENCES:
            why = f"{len(requests)} sequences at once; 1 to {MOST_SEQUENCES} are possible"
            raise EngineError("The model cannot do this", why)
        outbox = Outbox(send)

        def emit(event: EngineEvent) -> None:
            if isinstance(event, Finished):
                cancel.finished(event.id)
            outbox.add(event)

        try:
            self._scheduler.run(self._jobs(requests), cancel, emit)
        except NativeError as error:
            raise _cannot_go_on(error) from error
        outbox.flush()

    def _jobs(self, requests: Sequence[SequenceRequest]) -> list[Job]:
        prompts = [self._template.prompt(one.messages, thinking=one.thinking > 0) for one in requests]
        wishes = [
            Wish(
                prompt=len(prompt.tokens),
                thinking=request.thinking if self._tags is not None else 0,
                answer=request.max_tokens,
                closing=len(self._tags.forced) if self._tags is not None else 0,
            )
            for request, prompt in zip(requests, prompts, strict=True)
        ]
        shared = common_length([prompt.tokens for prompt in prompts])
        context, model = self._loaded.context, self._loaded.model
        longest = min(context.tokens, model.trained_context or context.tokens)
        limits = share_room(wishes, shared, context.tokens, longest)
        return [
            Job(request, prompt, limit, self._tags if request.thinking > 0 else None)
            for request, prompt, limit in zip(requests, prompts, limits, strict=True)
        ]

    def _find_tags(self) -> Tags | None:
        open_token, close_token = self._template.open_token, self._template.close_token
        if open_token is None or close_token is None:
            return None
        forced = tuple(self._loaded.model.tokenize(FORCED_CLOSE, special=True))
        return Tags(open_token, close_token, forced)


def _cannot_go_on(error: NativeError) -> EngineError:
    return EngineError("The model cannot go on", str(error), "see the log; run again")
