"""What people and pipelines do to a worker while messages are under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.lane import MESSAGES, Lane, Run, wait_for

UPDATES = 6


def written(run: Run) -> int:
    """How many orders its handler has written so far."""
    return sum(line["what"] == "written" for line in run.lines())


@contextmanager
def sending(run: Run, bodies: list[str], pause: float = 0.05) -> Iterator[threading.Thread]:
    """Send them little by little while something is done to the worker."""

    def send() -> None:
        for start in range(0, len(bodies), 10):
            run.send(bodies[start : start + 10])
            time.sleep(pause)

    thread = threading.Thread(target=send)
    run.lane.enable()
    thread.start()
    try:
        yield thread
    finally:
        thread.join()


def load(run: Run) -> list[str]:
    """Orders that take a while each, of which some fail at first and a few always."""
    groups = [run.orders(MESSAGES - 24, "works:1"), run.orders(18, "raises:1"), run.orders(6, "never:1000", "dead")]
    return [body for start in range(12) for group in groups for body in group[start::12]]


def while_it_lasts(thread: threading.Thread, act: Callable[[int], object], every: float) -> int:
    """Do something again and again until everything is sent, and six times at the least; how often."""
    times = 0
    while thread.is_alive() or times < 6:
        act(times)
        times += 1
        time.sleep(every)
    return times


def test_a_mapping_paused_and_resumed_under_load_loses_nothing(standard: Lane) -> None:
    def plant(run: Run) -> None:
        with sending(run, load(run)) as thread:
            while_it_lasts(thread, lambda times: run.lane.enable(on=times % 2 == 1), 0.4)
        run.lane.enable()

    standard.proves("mapping paused and resumed under load", plant, broken="swallows", shown="lost")


def test_a_function_updated_under_load_does_nothing_twice(standard: Lane) -> None:
    """The local AWS ends handlers in the middle of their work then, which is harsher than AWS."""
    package = Path(standard.world.package).read_bytes()

    def plant(run: Run) -> None:
        run.lane.receives(50)

        def update(times: int) -> None:
            before = written(run)
            wait_for(lambda: written(run) >= before + 4, "it is in the middle of a batch")
            run.lane.functions.update_function_code(FunctionName=run.lane.function, ZipFile=package)
            if times % 2:
                run.lane.reconfigure(RELEASE=str(times))

        run.deliver(load(run))
        for times in range(UPDATES):
            update(times)

    standard.proves("function updated under load", plant, broken="writes_again", shown="twice")


def test_a_throttled_function_works_everything_a_little_later(standard: Lane) -> None:
    """What was received and then throttled has spent a receive without having been tried."""

    def plant(run: Run) -> None:
        run.lane.receives(50)
        run.lane.functions.put_function_concurrency(FunctionName=run.lane.function, ReservedConcurrentExecutions=1)
        busy = threading.Thread(target=run.occupy)
        busy.start()
        wait_for(
            lambda: any(line["order_id"] == f"busy-{run.prefix}" for line in run.lane.ledger()), "the function is occupied"
        )
        run.deliver(load(run))
        busy.join()

    failed_once = 18
    standard.proves("throttled by reserved concurrency", plant, broken="gives_up", shown="lost", least=failed_once + 1)


def test_a_pause_by_reserved_concurrency_spends_no_receive(standard: Lane) -> None:
    def plant(run: Run) -> None:
        def toggle(times: int) -> None:
            if times % 2:
                run.lane.functions.delete_function_concurrency(FunctionName=run.lane.function)
            else:
                run.lane.functions.put_function_concurrency(FunctionName=run.lane.function, ReservedConcurrentExecutions=0)

        with sending(run, load(run)) as thread:
            while_it_lasts(thread, toggle, 0.4)
        run.lane.functions.delete_function_concurrency(FunctionName=run.lane.function)

    standard.proves("reserved concurrency of 0 now and then", plant, broken="swallows", shown="lost")
