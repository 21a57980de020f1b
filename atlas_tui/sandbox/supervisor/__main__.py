"""The process that owns all runs: ``python -m atlas_tui.sandbox.supervisor DESCRIPTOR PARENT SLOTS``.

Single-threaded, standard library only, started by exec and never by fork of the app. It speaks frames (see
``wire``) over the socket it is given, and ends with it: when the app dies, this dies, and every run with it.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import socket
import sys

from atlas_tui.sandbox.inside import confine
from atlas_tui.sandbox.supervisor import folders
from atlas_tui.sandbox.supervisor.loop import Supervisor

_STACK_BYTES = 512 << 20
"""Deep recursion on the main thread is legitimate; the memory limit still holds."""


def main() -> int:
    """Serve the socket named on the command line until it closes."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    descriptor, parent, slots = (int(word) for word in sys.argv[1:4])
    link = socket.socket(fileno=descriptor)
    # An end that may interrupt nothing: the loop sees the closed link, cleans up and returns.
    signal.signal(signal.SIGTERM, lambda *_: link.shutdown(socket.SHUT_RDWR))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confine.die_with_parent(signal.SIGTERM)
    if os.getppid() != parent:
        return 1
    confine.adopt_orphans()
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    most = _STACK_BYTES if hard == resource.RLIM_INFINITY else min(_STACK_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (most, hard))
    folders.sweep()
    with link:
        Supervisor(link, slots).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
