"""Operations on a worker, by people and pipelines, while it processes messages."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.faults.lane import LONG_TIMEOUT, SHORT_VISIBILITY, Lane, wait_for
from tests.faults.load import FAILS_ONCE, blocked_count, check_paused, load, mid_batch
from tests.faults.run import Run, proves

PAUSES, UPDATES = 3, 6


def test_a_mapping_paused_and_resumed_under_load_loses_nothing(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.send(load(run))
        for _ in range(PAUSES):
            with mid_batch(run):
                run.lane.enable(on=False)
            check_paused(run)
        run.lane.enable()

    proves(standard, "mapping paused and resumed under load", inject, broken="swallows", shown="lost")


def test_pause_by_reserved_concurrency_uses_up_no_receive_attempt(standard: Lane) -> None:
    """A message that fails once needs both of its receive attempts."""

    def inject(run: Run) -> None:
        functions, name = run.lane.functions, run.lane.function

        def resume() -> None:
            functions.delete_function_concurrency(FunctionName=name)
            run.lane.enable()

        run.lane.receives(2)
        run.send(load(run))
        for _ in range(PAUSES):
            with mid_batch(run, resume):
                functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
            check_paused(run)
        resume()

    proves(standard, "paused by a reserved concurrency of 0", inject, broken="swallows", shown="lost")


def test_function_updated_under_load_repeats_nothing(standard: Lane) -> None:
    """The emulator kills handlers in the middle of their work when a function is updated, which AWS does not do."""
    package = Path(standard.world.package).read_bytes()

    def inject(run: Run) -> None:
        run.lane.times(LONG_TIMEOUT, SHORT_VISIBILITY, patient=True)
        run.send(load(run))
        for times in range(UPDATES):
            with mid_batch(run):
                run.lane.functions.update_function_code(FunctionName=run.lane.function, ZipFile=package)
                if times % 2:
                    run.lane.reconfigure(RELEASE=str(times))

    proves(standard, "function updated under load", inject, broken="writes_again", shown="twice", copies=True)


def test_throttled_function_processes_everything_later(standard: Lane) -> None:
    """A message that was received and then throttled has used up a receive attempt without being processed."""

    def inject(run: Run) -> None:
        run.lane.times(LONG_TIMEOUT, SHORT_VISIBILITY, patient=True)
        run.lane.functions.put_function_concurrency(FunctionName=run.lane.function, ReservedConcurrentExecutions=1)
        run.send(load(run))
        before = blocked_count(run)
        run.lane.switch("held", on=True)
        busy = threading.Thread(target=run.occupy)
        busy.start()
        wait_for(lambda: blocked_count(run) > before, "the handler is busy")
        run.lane.enable()
        wait_for(lambda: run.lane.in_flight() > 0, "messages are received that no handler is free for")
        run.lane.switch("held", on=False)
        busy.join()

    proves(standard, "throttled by reserved concurrency", inject, broken="gives_up", shown="lost", least=FAILS_ONCE + 1)
