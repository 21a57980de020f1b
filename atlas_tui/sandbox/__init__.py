"""Runs candidates where they can do no harm, and judges what they print outside of it.

The names are loaded on first use: the supervisor and what runs inside import this package too, and need
nothing but the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlas_tui.sandbox.client import LocalSandbox
    from atlas_tui.sandbox.judging import judge

__all__ = ["LocalSandbox", "judge"]


def __getattr__(name: str) -> Any:
    if name == "LocalSandbox":
        from atlas_tui.sandbox.client import LocalSandbox

        return LocalSandbox
    if name == "judge":
        from atlas_tui.sandbox.judging import judge

        return judge
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
