"""Local processes shut down gracefully when their terminal is closed."""

from __future__ import annotations

from pathlib import Path

from tests.closed_terminal import on_a_closed_terminal
from tests.conftest import ROOT, own_variables
from tests.waiting import TIMEOUT

SCRIPT = """
import contextlib, pathlib, sys, time
from queuesmith.common.signals import graceful_shutdown
try:
    with graceful_shutdown("Interrupted: stopping what was started."):
        print("begun", flush=True)
        while True:
            with contextlib.suppress(OSError):  # progress output does the same
                time.sleep(0.05)
except KeyboardInterrupt:
    pathlib.Path(sys.argv[1]).touch()
"""


def test_closed_terminal_does_not_stop_the_clean_up(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    with on_a_closed_terminal(["-c", SCRIPT, str(ended)], b"begun", ROOT, own_variables()) as process:
        process.wait(TIMEOUT)
    assert ended.exists()
