"""The services stop for seconds, and start again with their state. These tests have the emulator to themselves."""

from __future__ import annotations

import os
import signal
import time

from tests.faults.lane import SHORT_TIMEOUT, SHORT_VISIBILITY, Lane
from tests.faults.load import FAILS_ONCE, load, mid_batch
from tests.faults.run import Run, proves

STOPPED = 8.0
"""Seconds, longer than the function's timeout."""


def test_services_that_hang_lose_and_repeat_nothing(standard: Lane) -> None:
    """Handlers reach their timeout meanwhile, in the middle of their batches."""

    def inject(run: Run) -> None:
        run.lane.times(SHORT_TIMEOUT, SHORT_VISIBILITY, patient=True)  # a handler that gives up early answers in time
        run.send(load(run))
        with mid_batch(run):
            os.kill(run.lane.world.process, signal.SIGSTOP)
        try:
            time.sleep(STOPPED)
        finally:
            os.kill(run.lane.world.process, signal.SIGCONT)

    fault = f"all services hang for {STOPPED:.0f} s"
    proves(standard, fault, inject, broken="writes_again", shown="twice", copies=True)


def test_services_that_restart_lose_and_repeat_nothing(standard: Lane) -> None:
    """Services that shut down accept no new requests: running handlers fail, and cannot report that."""

    def inject(run: Run) -> None:
        run.lane.times()
        run.send(load(run))
        with mid_batch(run):
            before = run.lane.world.begin_restart()
        run.lane.world.end_restart(before)

    fault = "all services restart with their state"
    proves(standard, fault, inject, broken="swallows", shown="lost", least=FAILS_ONCE + 1, copies=True)
