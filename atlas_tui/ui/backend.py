"""What the screens need of the runtime, as a protocol: the real one is loaded after the first frame."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from atlas_tui.events import Event, SubsetTested
    from atlas_tui.problem import Problem
    from atlas_tui.project.base import FileChange
    from atlas_tui.settings import Settings
    from atlas_tui.solver.change.opening import Opened, Wanted
    from atlas_tui.solver.prompt_size import PromptSize
    from atlas_tui.store import Store
    from atlas_tui.workspace import Workspace


class Model(Protocol):
    """A loaded model."""

    @property
    def name(self) -> str: ...
    @property
    def context(self) -> int:
        """Tokens, shared by all candidates."""
        ...

    @property
    def device(self) -> str: ...


class Held(Protocol):
    """What holds candidates; ``str`` of it is the strength and its reason."""

    @property
    def tier(self) -> str:
        """full, reduced or none."""
        ...

    @property
    def why(self) -> str: ...
    @property
    def python_version(self) -> str: ...


class Backend(Protocol):
    """``atlas_tui.solver.runtime.Runtime``, or a recording."""

    @property
    def model_state(self) -> str:
        """``off``, ``loading``, ``ready`` or ``failed: …``, or with more: ``loading 43 %``."""
        ...

    @property
    def model_name(self) -> str: ...
    @property
    def model(self) -> Model | None: ...
    @property
    def workspace(self) -> Workspace: ...
    @property
    def store(self) -> Store: ...

    async def warm_up(self) -> object:
        """Load the model. Raises: AtlasError."""
        ...

    async def unload_model(self) -> None:
        """Give the model's memory back; the next run loads it again. Raises: Refused: a run is on."""
        ...

    async def take_settings(self, settings: Settings) -> None:
        """Go by other settings; a changed model is loaded at once. Raises: AtlasError."""
        ...

    async def isolation(self) -> Held: ...

    def read(self, text: str | bytes, source: str = "") -> Problem:
        """Raises: InputError."""
        ...

    async def check_change(self, wanted: Wanted, tell: Callable[[str], None]) -> Opened:
        """Run the tests of the folder's repository; ``tell`` takes what is done. Raises: AtlasError."""
        ...

    async def open_change(self, wanted: Wanted, tell: Callable[[str], None]) -> Problem:
        """A change of that repository as a problem. Raises: AtlasError."""
        ...

    def solve(self, problem: Problem, target: str = "") -> AsyncIterator[Event]: ...

    async def prompt_size(self, problem: Problem) -> PromptSize:
        """How much of the context the problem takes. Raises: AtlasError."""
        ...

    def go_on(
        self, session: str, step: Literal["more", "repair"], candidate: str = ""
    ) -> AsyncIterator[Event]:
        """Go on with a session whose run has ended. Raises: Refused: this cannot be done."""
        ...

    def stop(self, candidate: str) -> None:
        """Stop what the model writes for one candidate; the run goes on with the others."""
        ...

    async def test_content(
        self, problem: Problem, content: bytes, candidate: str, round: int, hunks: Sequence[int]
    ) -> SubsetTested:
        """Run the samples on the bytes a file would have."""
        ...

    async def test_files(
        self, problem: Problem, files: Sequence[FileChange], candidate: str, round: int, hunks: Sequence[int]
    ) -> SubsetTested:
        """Run the tests of a repository with these files in it."""
        ...

    async def propose_message(self, problem: Problem, diff: str) -> str:
        """One line for the commit of this unified diff."""
        ...

    def cancel(self) -> None: ...

    def cut_off(self) -> None:
        """Like ``cancel``, but the session stays without an end: nobody asked for it."""
        ...

    async def close(self) -> None: ...
