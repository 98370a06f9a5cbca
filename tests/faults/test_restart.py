"""The services themselves stop for seconds, and come back with their state. These tests have the local AWS for themselves."""

from __future__ import annotations

import os
import signal
import time

from tests.faults.lane import Lane, Run, wait_for
from tests.faults.test_operations import load

STOPPED = 4.0
"""Seconds."""
KEEPS_FAILING = 24
"""Messages of the load that a handler which swallows failures loses in any case."""


def test_services_that_do_not_answer_for_seconds_lose_nothing(standard: Lane) -> None:
    def plant(run: Run) -> None:
        run.lane.receives(50)
        run.deliver(load(run))
        wait_for(lambda: len(run.lines()) > 30, "it is at work")
        os.kill(run.lane.world.process, signal.SIGSTOP)
        time.sleep(STOPPED)
        os.kill(run.lane.world.process, signal.SIGCONT)

    standard.proves("all services stand still for 4 s", plant, broken="swallows", shown="lost", copies=True)


def test_services_that_restart_with_their_state_lose_nothing_and_do_nothing_twice(standard: Lane) -> None:
    """They answer no new request while they end: handlers that are at work then fail at that, and find nobody to tell."""

    def plant(run: Run) -> None:
        run.lane.receives(50)
        run.deliver(load(run))
        wait_for(lambda: len(run.lines()) > 30, "it is at work")
        run.lane.world.restart()

    standard.proves(
        "all services restart with their state", plant, broken="swallows", shown="lost", least=KEEPS_FAILING + 1, copies=True
    )
