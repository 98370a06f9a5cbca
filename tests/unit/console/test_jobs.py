"""Jobs: one at a time for each DLQ, their results are kept, and the end of the console waits for them."""

from __future__ import annotations

import threading

from queuesmith.console.jobs import KEPT, Job, Jobs


def finished(job: Job) -> Job:
    job.wait(10)
    assert not job.is_running
    return job


def test_result_is_kept_until_the_job_is_to_run_again() -> None:
    jobs, results = Jobs(), iter([1, 2])
    first = finished(jobs.get("orders", "triage", lambda _: next(results)))
    assert jobs.get("orders", "triage", lambda _: next(results)) is first
    assert first.result == 1
    assert finished(jobs.get("orders", "triage", lambda _: next(results), again=True)).result == 2


def test_running_job_is_not_started_a_second_time() -> None:
    jobs, go = Jobs(), threading.Event()
    job = jobs.get("orders", "triage", lambda _: go.wait(10))
    assert jobs.get("orders", "triage", lambda _: None, again=True) is job
    go.set()
    assert finished(job).result is True


def test_jobs_on_one_dlq_run_one_after_the_other() -> None:
    jobs, go, started = Jobs(), threading.Event(), threading.Event()
    first = jobs.get("orders", "triage", lambda _: go.wait(10))
    second = jobs.get("orders", "peek", lambda _: started.set())
    other = jobs.get("mail", "peek", lambda _: "read")
    assert finished(other).result == "read"
    assert not started.is_set()
    go.set()
    finished(first)
    finished(second)
    assert started.is_set()


def test_error_is_for_the_page() -> None:
    def fail(_: Job) -> None:
        raise ValueError("no")

    assert str(finished(Jobs().get("orders", "triage", fail)).error) == "no"


def test_close_stops_jobs_and_waits_for_their_end() -> None:
    jobs, ended = Jobs(), []

    def work(job: Job) -> None:
        job.stop.wait(10)
        ended.append("visible again")

    running = jobs.get("orders", "triage", work)
    waiting = jobs.get("orders", "peek", lambda _: ended.append("started"))
    jobs.close()
    assert ended == ["visible again"]
    assert not running.is_running
    assert not waiting.is_running


def test_only_the_last_results_stay_in_memory() -> None:
    jobs = Jobs()
    first = finished(jobs.get("orders", 0, lambda _: "result"))
    for number in range(1, KEPT + 2):
        finished(jobs.get("orders", number, lambda _: "result"))
    assert jobs.get("orders", 0, lambda _: "again") is not first
