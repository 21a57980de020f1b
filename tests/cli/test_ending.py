"""A command that is ended from outside while a hook runs leaves no commit, no lock and no git behind."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atlas_tui.cli import ending, exits
from tests.cli.conftest import PLACED, Shell


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ended_while_a_hook_runs(shell: Shell, number: signal.Signals) -> None:
    session, tree = shell.record(), shell.tree
    tree.write(".git/hooks/pre-commit", "#!/bin/sh\ntouch .git/begun\nexec sleep 60\n").chmod(0o755)
    before = tree.record()
    command = [sys.executable, "-m", "atlas_tui", "apply", session, "--commit", "-m", "message"]
    app = subprocess.Popen(command, cwd=tree.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not (tree.git_dir / "begun").exists():
        assert app.poll() is None
        time.sleep(0.01)
    app.send_signal(number)
    app.communicate()
    assert app.returncode == exits.CANCELLED
    assert tree.record() == before and tree.read("a.py").decode() == PLACED
    assert not (tree.git_dir / "index.lock").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_log_on_a_full_disk_is_told_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    full = exits._LogFile("/dev/full", delay=True)
    for _ in range(2):
        full.handle(logging.makeLogRecord({"msg": "said"}))
    told = capsys.readouterr().err
    assert told.startswith("atlas-tui: no log is kept from here on: ") and told.count("\n") == 1


def test_what_was_ignored_stays_so() -> None:
    """As ``nohup`` has it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending.in_order():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            with pytest.raises(SystemExit):
                signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is not ending._end
    finally:
        signal.signal(signal.SIGHUP, before)
