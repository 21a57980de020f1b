"""The seam between the method and whatever runs the model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from atlas_tui.errors import AtlasError
from atlas_tui.events import Vector


class Phase(StrEnum):
    THINKING = "thinking"
    ANSWER = "answer"


class StopReason(StrEnum):
    END = "end"
    """The model ended its turn, or a stop string was met."""
    LENGTH = "length"
    """The answer budget or the context was used up."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """How tokens are drawn. Defaults are the model card's for Qwen3 without thinking."""

    temperature: float = 0.7
    top_p: float = 0.8
    top_k: int = 20
    min_p: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceRequest:
    """One sequence of a batch."""

    id: str
    messages: tuple[Message, ...]
    sampler: Sampler = Sampler()
    max_tokens: int = 1024
    """Budget of the answer, thinking not counted."""
    thinking: int = 0
    """Most thinking tokens; 0 switches thinking off by an empty, pre-filled block."""
    stop: tuple[str, ...] = ()
    embed: bool = False
    """Take the mean of the last hidden states of the generated rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """Prompt reading over the whole batch, in tokens; tokens shared by sequences count once."""

    done: int
    total: int
    reused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Text that one sequence just wrote; several tokens may be joined."""

    id: str
    text: str
    tokens: int
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """One sequence is done; the others of its batch go on."""

    id: str
    reason: StopReason
    text: str
    """The answer, without thinking."""
    thinking: str
    prompt_tokens: int
    answer_tokens: int
    thinking_tokens: int
    mean_logprob: float | None
    embedding: Vector | None


EngineEvent = Prefill | Delta | Finished


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is known about a loaded model."""

    name: str
    path: str
    context: int
    """Tokens of context shared by all sequences."""
    layers: int
    gpu_layers: int
    embedding_size: int
    device: str
    """Where it runs: ``CPU`` or the name of the GPU."""
    size_bytes: int
    prompt_hash: str = ""
    """Hash of the prompt set the model was trained on; empty for models that were not trained on ours."""


class EngineError(AtlasError):
    """The model cannot do what was asked."""

    ours = True


class ModelLoadError(EngineError):
    """The file is missing, not a GGUF, truncated, of an unknown architecture, or has no chat template."""

    ours = False


class ContextTooSmall(EngineError):
    """The prompts and their budgets do not fit; raised before anything is decoded."""

    ours = False

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(
            "The prompt does not fit the model's context",
            f"it needs {needed:,} tokens and {available:,} are available",
            "shorten the problem, lower the token budgets, or set a larger model.context",
        )
        self.needed, self.available = needed, available


class ModelDied(EngineError):
    """The model process ended by itself; the next call starts it again."""

    def __init__(self, why: str, log: str) -> None:
        super().__init__("The model process died", why, "run again; it is restarted by itself")
        self.log = log


class Engine(Protocol):
    """A frozen model that continues several sequences at once."""

    async def load(self) -> ModelInfo:
        """Start the model if it is not running. Raises: ModelLoadError, ModelDied."""
        ...

    @property
    def info(self) -> ModelInfo | None:
        """The loaded model, or None while there is none."""
        ...

    async def count(self, messages: Sequence[Message]) -> int:
        """Tokens of the rendered prompt. Raises: ModelLoadError, ModelDied."""
        ...

    def generate(self, requests: Sequence[SequenceRequest]) -> AsyncIterator[EngineEvent]:
        """Continue all requests in one batch; loads the model when needed.

        Ends after one ``Finished`` per request. Closing the iterator cancels what still runs.
        Raises: ContextTooSmall before the first decode, ModelLoadError, ModelDied.
        """
        ...

    def cancel(self, ids: Sequence[str] | None = None) -> None:
        """Stop these sequences (all when None), also in the middle of reading a prompt."""
        ...

    async def close(self) -> None:
        """Stop the model and wait until its process is gone."""
        ...
