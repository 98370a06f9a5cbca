"""The handler fails, dies, freezes or does not start, at any point of its work."""

from __future__ import annotations

from tests.faults.lane import MESSAGES, Lane, Run, wait_for


def mixed(run: Run, often: str, times: int = 12, *, of: int = MESSAGES) -> list[str]:
    """Good orders with some among them with which something goes wrong."""
    good, wrong = run.orders(of - times), run.orders(times, often)
    for number, body in enumerate(wrong):
        good.insert((number * len(good)) // times + 3, body)
    return good


def test_what_fails_comes_back_until_it_is_done_and_what_always_fails_ends_in_the_dlq(standard: Lane) -> None:
    def plant(run: Run) -> None:
        run.deliver([*mixed(run, "raises:2", of=MESSAGES - 3), *run.orders(3, "raises:1000", "dead")])

    standard.proves("handler raises on some", plant, broken="swallows", shown="lost")


def test_a_failing_message_does_not_drag_its_neighbours_along(standard: Lane) -> None:
    def plant(run: Run) -> None:
        run.lane.receives(3)
        batches = [[*run.orders(9), *run.orders(1, "raises:1000", "dead")] for _ in range(6)]
        run.deliver([*(body for batch in batches for body in batch), *run.orders(MESSAGES - 60)])

    standard.proves("one of a batch always fails", plant, broken="drags_along", shown="both")


def test_a_handler_killed_in_mid_batch_loses_nothing_and_does_nothing_twice(standard: Lane) -> None:
    def plant(run: Run) -> None:
        run.deliver(mixed(run, "killed:1"))

    standard.proves("killed in mid-batch (SIGKILL)", plant, broken="writes_again", shown="twice")


def test_a_handler_that_exits_after_the_write_and_before_the_answer_does_nothing_twice(standard: Lane) -> None:
    def plant(run: Run) -> None:
        run.deliver(mixed(run, "exits:1"))

    standard.proves("exits after the write, before the answer", plant, broken="writes_again", shown="twice")


def test_a_frozen_handler_holds_nothing_up_for_ever(standard: Lane) -> None:
    def plant(run: Run) -> None:
        run.deliver(mixed(run, "freezes:1", 5))

    standard.proves("frozen (SIGSTOP)", plant, broken="writes_again", shown="twice")


def test_a_handler_that_runs_into_its_timeout_is_tried_again(standard: Lane) -> None:
    def plant(run: Run) -> None:
        run.deliver(mixed(run, "hangs:1", 5))

    standard.proves("runs into its timeout", plant, broken="writes_again", shown="twice")


def test_a_handler_that_does_not_start_for_a_while_works_everything_when_it_does(standard: Lane) -> None:
    def plant(run: Run) -> None:
        run.lane.switch("must-not-start", on=True)
        run.lane.reconfigure()
        run.deliver(run.orders(MESSAGES))
        wait_for(lambda: _failed(run.lane) or not run.lane.world.messages(run.lane.queue_url), "a start fails")
        run.lane.switch("must-not-start", on=False)

    standard.proves("fails to start", plant, broken="swallows", shown="lost")


def _failed(lane: Lane) -> bool:
    result: str = lane.functions.get_event_source_mapping(UUID=lane.mapping)["LastProcessingResult"]
    return result == "FAILED"
