"""Settings: a TOML file, then ``ATLAS_TUI_*`` in the environment, then flags; later ones win.

A nested key is reached in the environment by two underscores: ``ATLAS_TUI_MODEL__PATH=/models/qwen3.gguf``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError as SourcesError,
    TomlConfigSettingsSource,
)

from atlas_tui import paths
from atlas_tui.errors import InputError

ENV_PREFIX = "ATLAS_TUI_"


class SettingsError(InputError):
    """A setting that cannot be used; says which key, where it stands and what is expected."""


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelSettings(_Group):
    path: str = ""
    """A GGUF file, a name of the catalog, or ``hf:owner/repo:file``; empty means the bundled model."""
    context: int = Field(default=0, ge=0, le=1 << 20)
    """Tokens of context for all sequences together; 0 takes the model's own, at most 16,384."""
    gpu_layers: int = Field(default=-1, ge=-1)
    """Layers on the GPU; -1 means all that fit, 0 means CPU only."""
    threads: int = Field(default=0, ge=0, le=1024)
    """CPU threads that decode; 0 means all physical cores but one (at least one)."""
    kv_type: str = Field(default="auto", pattern="^(auto|f16|q8_0|q4_0)$")
    """Numbers of the KV cache; auto gives up precision only where memory is short."""
    flash_attention: str = Field(default="auto", pattern="^(auto|on|off)$")
    """auto uses it on a GPU, and where the KV cache needs it."""
    speculation: str = Field(default="auto", pattern="^(auto|off|lookup|draft)$")
    """Guessing tokens ahead where one sequence runs alone; auto goes by what `models bench` measured."""
    draft: str = ""
    """A small model with the same vocabulary that guesses ahead; written as ``path`` is."""
    idle_minutes: float = Field(default=30.0, ge=0.0, le=10_000.0)
    """Minutes without a run after which the model's memory is given back; 0 means never."""
    saved_state_mb: int = Field(default=512, ge=0, le=1 << 20)
    """Disk for read problem statements, so that resumed sessions need not read them again; 0 keeps none."""


class RemoteSettings(_Group):
    base_url: str = ""
    """An OpenAI-compatible server, such as http://localhost:8000/v1; set, it is used instead of a file."""
    model: str = ""
    """The model's name there; empty takes the server's first."""
    api: str = Field(default="chat", pattern="^(chat|completions)$")
    """Which of its two ways of asking is used; completions writes the whole prompt here."""
    key_env: str = "ATLAS_TUI_API_KEY"
    """The environment variable that holds the key; where it is not set, the system keyring is asked."""
    context: int = Field(default=0, ge=0, le=1 << 24)
    """Tokens one sequence may have there; 0 asks the server, and is unknown where it does not tell."""
    in_flight: int = Field(default=8, ge=1, le=256)
    """Most requests at once."""
    timeout_seconds: float = Field(default=120.0, gt=0.0, le=3600.0)
    """Longest silence of the server."""
    retries: int = Field(default=3, ge=0, le=20)
    """Further tries of a request that failed."""
    embedding_model: str = ""
    """The model behind the embeddings endpoint; empty takes ``model``."""


class StageLimit(_Group):
    """What one stage may spend, where it is not what every stage may; 0 sets no limit."""

    tokens: int | None = Field(default=None, ge=0)
    """Unset takes ``stage_tokens``."""
    seconds: float | None = Field(default=None, ge=0.0)
    """Unset takes ``stage_seconds``."""


StageName = Annotated[str, Field(pattern="^(observe|plan|generate|evidence|repair)$")]
"""The stages that spend anything: reading and choosing are done at once."""


class SolverSettings(_Group):
    arm: str = Field(default="E", pattern="^[A-E]$")
    """Which parts of the method are used at most, A (one plain sample) to E (all); the keys below take away
    from it, never add."""
    candidates: int = Field(default=3, ge=1, le=3)
    """How many candidates are drawn at a time."""
    plan: bool = True
    """Observe and plan before coding; off draws plain attempts."""
    pairs: int = Field(default=3, ge=0, le=16)
    """Pairs of observations from which further ones are derived; 0 derives none."""
    perturb: bool = True
    """Vary the prompts of all candidates but one."""
    plain: str = Field(default="planned", pattern="^(planned|unplanned)$")
    """Whether the candidate whose prompt is not varied gets a plan."""
    agreement: bool = True
    """Compare the outputs of candidates on further inputs."""
    self_tests: bool = True
    """Let the model write tests from the statement."""
    generator: bool = True
    """Let the model write a program that makes further inputs."""
    split: bool = True
    """Let the model judge outputs where the candidates are split."""
    seed: int = Field(default=0, ge=0, lt=1 << 31)
    """Seed of every draw; 0 takes a new one for each run."""
    temperature: float | None = Field(default=None, ge=0.0, le=2.0)
    """Unset takes the model's own for its mode; 0 takes the likeliest token, except while thinking."""
    top_p: float | None = Field(default=None, gt=0.0, le=1.0)
    """Only the likeliest tokens that have this share together; unset takes the model's own."""
    top_k: int | None = Field(default=None, ge=0)
    """Only so many of the likeliest tokens, 0 means all; unset takes the model's own."""
    plan_tokens: int = Field(default=512, ge=16)
    """Most tokens of the observations and of each plan."""
    code_tokens: int = Field(default=2048, ge=16)
    """Most tokens of each solution, thinking not counted."""
    thinking: str = Field(default="off", pattern="^(off|light|standard|hard|extreme)$")
    """How long each solution is thought about first: one of the model's tiers."""
    thinking_tokens: int = Field(default=0, ge=0, le=1 << 20)
    """Most thinking tokens of each solution, in place of the tier; 0 goes by the tier."""
    thinking_floor: int = Field(default=0, ge=0, le=1 << 20)
    """Least thinking tokens: an earlier end is turned into "Wait"."""
    thinking_waits: int = Field(default=2, ge=0, le=16)
    """How often that is done for one solution at most."""
    resamples: int = Field(default=1, ge=0, le=2)
    """How often as many candidates again are drawn where none passes the samples."""
    think_more: int = Field(default=1, ge=0, le=4)
    """By how many tiers thinking is raised, with new candidates each, where still none passes."""
    repair_rounds: int = Field(default=4, ge=0, le=16)
    """Most repair rounds where still none passes."""
    most_tokens: int = Field(default=200_000, ge=0)
    """Most tokens that the model writes for one problem; 0 sets no limit."""
    most_seconds: float = Field(default=3600.0, ge=0.0)
    """Most seconds for one problem, loading the model not counted; 0 sets no limit."""
    most_rounds: int = Field(default=8, ge=0, le=100)
    """Most rounds after the first candidates: further candidates and repairs together; 0 allows none."""
    stage_tokens: int = Field(default=60_000, ge=0)
    """Most tokens that the model writes in one stage; 0 sets no limit."""
    stage_seconds: float = Field(default=1200.0, ge=0.0)
    """Most seconds of one stage, loading the model not counted; 0 sets no limit."""
    stage_limits: dict[StageName, StageLimit] = {}
    """Limits of single stages, in place of ``stage_tokens`` and ``stage_seconds``."""


class SandboxSettings(_Group):
    python: str = ""
    """Interpreter for candidates; empty means the first that works inside the sandbox."""
    tier: str = Field(default="auto", pattern="^(auto|full|reduced)$")
    """auto takes the strongest isolation there is; full and reduced insist on that one."""
    cpu_seconds: float = Field(default=4.0, gt=0.0, le=600.0)
    """Seconds of CPU for one run of a program, where the problem does not allow more."""
    memory_mb: int = Field(default=512, ge=32, le=65536)
    """Memory of one run, in MB."""
    output_kb: int = Field(default=1024, ge=1, le=65536)
    """Output of one run, in kB."""


class LensSettings(_Group):
    enabled: bool = True
    """Keep what is known about candidates, and score new ones where the lens was trained."""
    train_after: int = Field(default=200, ge=0, le=1_000_000)
    """New labels after which it is trained again in the background; 0 trains only when asked."""


class ProjectSettings(_Group):
    seconds: float = Field(default=120.0, gt=0.0, le=7200.0)
    """Seconds of CPU for one run of a repository's tests; three times as many by the clock."""
    memory_mb: int = Field(default=2048, ge=64, le=1 << 20)
    """Memory of one such run, in MB."""
    context_tokens: int = Field(default=6000, ge=200, le=1 << 20)
    """Most tokens of a repository that the model is shown; less where its context is small."""


class UiSettings(_Group):
    theme: str = "atlas-dark"
    """A theme's name; your own are TOML files in the folder ``themes`` beside the settings file."""
    keymap: str = Field(default="default", pattern="^(default|vim)$")
    """vim adds h, j, k, l, g, G, ctrl+d, ctrl+u, ctrl+f, ctrl+b and : where no text is typed."""
    keys: dict[str, str] = {}
    """Other keys for single actions, by the action's name: ``solve = "f10"``, several with commas."""
    mouse: bool = True
    """Off leaves the mouse to the terminal, so that it selects and copies text itself."""
    calm: bool = False
    """No animation, no blinking, and the screen is drawn twice a second at most."""
    notice: str = Field(default="auto", pattern="^(auto|bell|osc9|osc777|off)$")
    """How the end of a run is told while the terminal is not looked at; auto goes by the terminal."""
    title: bool = True
    """The terminal's title tells what the run is doing."""


class Settings(BaseSettings):
    """All settings, checked."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    model: ModelSettings = ModelSettings()
    remote: RemoteSettings = RemoteSettings()
    solver: SolverSettings = SolverSettings()
    sandbox: SandboxSettings = SandboxSettings()
    ui: UiSettings = UiSettings()
    lens: LensSettings = LensSettings()
    project: ProjectSettings = ProjectSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # No .env: the folder the person happens to be in must not change settings.
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, toml_file=paths.config_file()),
        )


def load(flags: dict[str, dict[str, Any]] | None = None) -> Settings:
    """Settings from the TOML file, the environment and ``flags`` (groups of keys, like the file).

    Raises:
        SettingsError: names the key, its place and what was expected.
    """
    file, flags = paths.config_file(), flags or {}
    _refuse_unknown_variables()
    if file.is_dir():
        raise SettingsError(f"{file} is a folder, not a file of settings")
    try:
        return Settings(**flags)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        # Where the name of an entry is wrong, pydantic says so by a last part of its own.
        parts = [str(part) for part in first["loc"] if part != "[key]"]
        place = _place(parts, flags)
        raise SettingsError(
            f"setting {'.'.join(parts)} {place}: {first['msg']} (is {first['input']!r})"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from error
    except SourcesError as error:
        group = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        raise SettingsError(f"{_variable(group)} is not valid JSON") from error
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error


def with_value(now: Settings, group: str, key: str, value: object) -> Settings:
    """``now`` with one key changed. Raises: SettingsError: the value cannot be used."""
    old = getattr(now, group)
    values = {name: getattr(old, name) for name in type(old).model_fields} | {key: value}
    try:
        fresh = type(old).model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        parts = [group, *(str(part) for part in first["loc"] if part != "[key]")]
        raise SettingsError(f"{'.'.join(parts)} cannot be {first['input']!r}", first["msg"]) from error
    return now.model_copy(update={group: fresh})


def _place(key: Sequence[str], flags: dict[str, dict[str, Any]]) -> str:
    """Where the value of ``key``, given by its parts, came from, in words."""
    group, *names = key
    if names and names[0] in flags.get(group, {}):
        return "on the command line"
    present = {known.upper() for known in os.environ}
    for size in range(len(key), 0, -1):
        variable = _variable(*key[:size])
        if variable in present:
            return f"in {variable}"
    return f"in {paths.config_file()}"


def _variable(*parts: str) -> str:
    """The environment variable of a group, or of a key in it."""
    return ENV_PREFIX + "__".join(parts).upper()


def _refuse_unknown_variables() -> None:
    """A misspelt group would otherwise change nothing, silently."""
    known = {_variable(group) for group in Settings.model_fields}
    for name in os.environ:
        upper = name.upper()
        if upper.startswith(ENV_PREFIX) and "__" in upper and upper.partition("__")[0] not in known:
            groups = ", ".join(Settings.model_fields)
            raise SettingsError(f"setting in {name}: there is no such group; the groups are {groups}")
