"""The actions of the console, if it was started with `--act`: each is confirmed on a page that names the queue and the number.

The number is that of a dry run. Messages can arrive after it: then a drop refuses, and a redrive of a selection moves no more
than that number. A redrive of the whole DLQ moves all messages.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from queuesmith import aws, operations
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.printing import counted
from queuesmith.console.jobs import Job, Jobs
from queuesmith.console.readings import Readings

DROPPED = Path("dropped.jsonl")
"""The file with the messages that were dropped, in the folder in which the console was started, or a free name like it."""
Fields = Mapping[str, str]
"""The fields of a form."""


class Actions:
    """Runs the actions as jobs. One at a time for each worker, and not while its DLQ is being read."""

    def __init__(self, readings: Readings, jobs: Jobs) -> None:
        self._readings, self._jobs = readings, jobs
        self._started: dict[int, tuple[str, Job]] = {}
        self._numbers = itertools.count(1)
        self._actions: dict[str, Callable[[Job, aws.DeployedWorker, Fields], Any]] = {
            "pause": _pause,
            "resume": _resume,
            "redrive": _redrive,
            "drop": _drop,
            "send": _send,
        }

    def preview(self, worker: str, action: str, where: str, *, again: bool) -> Job:
        """The job that finds out what an action would do: a dry run, or the present state."""
        if action not in self._actions or (action == "drop" and not where):
            raise UsageError(f'There is no action "{action}" for these messages')
        previews = {"redrive": _redrive, "drop": _drop}

        def look(job: Job) -> Any:
            deployed = self._readings.worker(worker)
            if action in previews:
                return previews[action](job, deployed, {"where": where, "dry_run": "1"})
            return {"queue": deployed.queue.name}

        return self._jobs.get(worker, ("preview", action, where), look, again=again)

    def start(self, worker: str, fields: Fields) -> int:
        """Start an action. Returns its number."""
        action = fields.get("action", "")
        if action not in self._actions:
            raise UsageError(f'There is no action "{action}"')
        if not fields.get("count", "0").isdecimal():
            raise UsageError(f'The number of messages is "{fields["count"]}", but must be a whole number')
        number, run = next(self._numbers), self._actions[action]
        job = self._jobs.get(worker, ("action", number), lambda job: run(job, self._readings.worker(worker), fields))
        self._started[number] = action, job
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


def _pause(job: Job, worker: aws.DeployedWorker, _: Fields) -> operations.SwitchResult:
    return operations.switch_worker(worker, enabled=False, stop=job.stop)


def _resume(job: Job, worker: aws.DeployedWorker, _: Fields) -> operations.SwitchResult:
    return operations.switch_worker(worker, enabled=True, stop=job.stop)


def _redrive(job: Job, worker: aws.DeployedWorker, fields: Fields) -> operations.RedriveResult:
    where = fields.get("where", "")

    def on_progress(result: operations.RedriveResult) -> None:
        job.done, job.total = result.moved or result.received, max(result.approximate_count, result.received)

    return operations.redrive_messages(
        worker.sqs,
        worker.dead_letter_queue,
        worker.queue,
        match=operations.where_matcher(where) if where else None,
        limit=int(fields["count"]) if where and "count" in fields else None,  # not more than was confirmed
        dry_run="dry_run" in fields,
        stop=job.stop,
        on_progress=on_progress,
    )


def _drop(job: Job, worker: aws.DeployedWorker, fields: Fields) -> operations.DropResult:
    dlq, match = worker.dead_letter_queue, operations.where_matcher(fields.get("where", ""))

    def on_progress(result: operations.DropResult) -> None:
        job.done, job.total = result.received, max(result.approximate_count, result.received)

    def confirm(result: operations.DropResult) -> None:
        if str(result.selected) != fields.get("count"):
            selected = counted(result.selected, "message")
            raise QueuesmithError(f"{fields.get('count')} was confirmed, but {selected} match now. Nothing was dropped")

    if "dry_run" in fields:
        return operations.drop_messages(
            worker.sqs, dlq, None, confirm=lambda _: None, match=match, stop=job.stop, on_progress=on_progress
        )
    with operations.ExportFile.under_free_name(DROPPED, dlq.name) as file:
        return operations.drop_messages(
            worker.sqs, dlq, file, confirm=confirm, match=match, stop=job.stop, on_progress=on_progress
        )


def _send(job: Job, worker: aws.DeployedWorker, fields: Fields) -> operations.SendResult:
    body, group = fields.get("body", "").replace("\r\n", "\n"), fields.get("group", "")
    if not body:
        raise UsageError("The body is empty. SQS does not accept empty messages")
    if worker.queue.is_fifo and not group:
        raise UsageError(f"{worker.queue.name} is a FIFO queue, so the message needs a message group")
    reasons: list[str] = []
    message = operations.Message(body, group=group or None)
    result = operations.send_messages(
        worker.sqs, worker.queue, [message], stop=job.stop, on_rejected=lambda _, reason: reasons.append(reason)
    )
    if reasons:
        raise QueuesmithError(f"{worker.queue.name} did not accept the message: {reasons[0]}")
    return result
