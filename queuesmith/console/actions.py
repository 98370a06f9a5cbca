"""The actions of the console, if it was started with `--act`: each is confirmed on a page that names the queue and the number.

The number is that of a dry run. Messages can arrive after it: then a drop refuses, and a redrive of a selection moves no more
than that number. A redrive of the whole DLQ moves all messages.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from queuesmith import aws, operations
from queuesmith.common.errors import QueuesmithError
from queuesmith.common.printing import counted
from queuesmith.console.action_request import ActionRequest
from queuesmith.console.jobs import Job, Jobs
from queuesmith.console.readings import Readings

DROPPED = Path("dropped.jsonl")
"""The file with the dropped messages, in the folder in which the console was started. If it exists, dropped-2.jsonl etc."""


class Actions:
    """Runs the actions as jobs. One at a time for each worker, and not while its DLQ is being read."""

    def __init__(self, readings: Readings, jobs: Jobs) -> None:
        self._readings, self._jobs = readings, jobs
        self._started: dict[int, tuple[str, Job]] = {}
        self._numbers = itertools.count(1)
        self._actions: dict[str, Callable[[Job, aws.DeployedWorker, ActionRequest], Any]] = {
            "pause": _pause,
            "resume": _resume,
            "redrive": _redrive,
            "drop": _drop,
            "send": _send,
        }

    def preview(self, worker: str, request: ActionRequest, *, again: bool) -> Job:
        """The job that finds out what an action would do: a dry run, or the queue that it is about."""
        previews = {"redrive": _preview_redrive, "drop": _preview_drop}

        def look(job: Job) -> Any:
            deployed = self._readings.worker(worker)
            return previews[request.action](job, deployed, request) if request.action in previews else deployed.queue

        return self._jobs.get(worker, ("preview", request), look, again=again)

    def start(self, worker: str, request: ActionRequest) -> int:
        """Start an action. Returns its number."""
        number, run = next(self._numbers), self._actions[request.action]
        job = self._jobs.get(worker, ("action", number), lambda job: run(job, self._readings.worker(worker), request))
        self._started[number] = request.action, job
        return number

    def started(self, number: int) -> tuple[str, Job]:
        """The name and the job of an action that was started. Raises QueuesmithError if there is none."""
        if number not in self._started:
            raise QueuesmithError("This action is of an earlier run of the console")
        return self._started[number]


def outcome(result: Any) -> dict[str, str]:
    """The parts of a result that are not zero or empty, for the page."""
    parts = {}
    for name, value in asdict(result).items():
        if value:
            texts = [
                f"{each:,}" if type(each) is int else str(each) for each in (value if isinstance(value, list) else [value])
            ]
            parts[name.replace("_", " ")] = ", ".join(texts)
    return parts


def _pause(job: Job, worker: aws.DeployedWorker, _: ActionRequest) -> operations.SwitchResult:
    return operations.switch_worker(worker, enabled=False, stop=job.stop)


def _resume(job: Job, worker: aws.DeployedWorker, _: ActionRequest) -> operations.SwitchResult:
    return operations.switch_worker(worker, enabled=True, stop=job.stop)


def _preview_redrive(job: Job, worker: aws.DeployedWorker, request: ActionRequest) -> operations.RedriveResult:
    return _redrive(job, worker, request, dry_run=True)


def _redrive(
    job: Job, worker: aws.DeployedWorker, request: ActionRequest, *, dry_run: bool = False
) -> operations.RedriveResult:
    queue, queue_sqs = worker.find_destination(request.to) if request.to else (worker.queue, None)

    def on_progress(result: operations.RedriveResult) -> None:
        job.done, job.total = result.moved or result.received, max(result.approximate_count, result.received)

    return operations.redrive_messages(
        worker.sqs,
        worker.dead_letter_queue,
        queue,
        match=request.match,
        message_ids=request.message_ids,
        limit=request.count if request.has_selection or request.edit else None,  # not more than was confirmed
        edit=request.editor,
        queue_sqs=queue_sqs,
        dry_run=dry_run,
        stop=job.stop,
        on_progress=on_progress,
    )


def _preview_drop(job: Job, worker: aws.DeployedWorker, request: ActionRequest) -> operations.DropResult:
    return _drop_into(None, job, worker, request)


def _drop(job: Job, worker: aws.DeployedWorker, request: ActionRequest) -> operations.DropResult:
    with operations.ExportFile.under_free_name(DROPPED, worker.dead_letter_queue.name) as file:
        return _drop_into(file, job, worker, request)


def _drop_into(
    file: operations.ExportFile | None, job: Job, worker: aws.DeployedWorker, request: ActionRequest
) -> operations.DropResult:
    def on_progress(result: operations.DropResult) -> None:
        job.done, job.total = result.received, max(result.approximate_count, result.received)

    def confirm(result: operations.DropResult) -> None:
        if result.selected != request.count:
            selected = counted(result.selected, "message")
            raise QueuesmithError(f"{request.count} was confirmed, but {selected} match now. Nothing was dropped")

    return operations.drop_messages(
        worker.sqs,
        worker.dead_letter_queue,
        file,
        confirm=confirm,
        match=request.match,
        message_ids=request.message_ids,
        stop=job.stop,
        on_progress=on_progress,
    )


def _send(job: Job, worker: aws.DeployedWorker, request: ActionRequest) -> operations.SendResult:
    reasons: list[str] = []
    message = request.message(fifo=worker.queue.is_fifo)
    result = operations.send_messages(
        worker.sqs, worker.queue, [message], stop=job.stop, on_rejected=lambda _, reason: reasons.append(reason)
    )
    if reasons:
        raise QueuesmithError(f"{worker.queue.name} did not accept the message: {reasons[0]}")
    return result
