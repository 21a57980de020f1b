"""One sandbox per tier for all tests of this room; a tier that this machine lacks is skipped."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Tier
from atlas_tui.settings import SandboxSettings

SECRET = "canary-7b1e5f0c"


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Logs and temporary files go to folders of the tests, and the environment holds a secret."""
    home = tmp_path_factory.mktemp("atlas-home")
    made = tempfile.TemporaryDirectory(prefix="atlas-tests-")
    with pytest.MonkeyPatch.context() as patch, made as temporary:
        Path(temporary).chmod(0o755)  # runs of root's are another user's
        patch.setenv("ATLAS_TUI_HOME", str(home))
        patch.setenv("OPENAI_API_KEY", SECRET)
        patch.setenv("TMPDIR", temporary)
        patch.setattr(tempfile, "tempdir", temporary)
        yield home


@pytest.fixture(scope="session", params=["full", "reduced"])
def tier(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox(tier: str, own_home: Path) -> AsyncIterator[LocalSandbox]:
    made = LocalSandbox(SandboxSettings(tier=tier))
    isolation = await made.probe()
    if isolation.tier is Tier.NONE:
        await made.close()
        pytest.skip(isolation.why)
    yield made
    await made.close()
