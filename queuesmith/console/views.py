"""The content of the pages. Each view calls `operations` or `checks`, and renders the result with a template."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
from botocore.exceptions import ClientError
from werkzeug.wrappers import Request

from queuesmith import aws, checks, operations
from queuesmith.aws.boto_errors import is_access_denied, missing_permission
from queuesmith.checks.reports.summary import sentence
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.printing import counted, one_line
from queuesmith.common.times import iso, parse_time, short_duration
from queuesmith.console.action_request import ActionRequest
from queuesmith.console.actions import DROPPED, Actions, outcome
from queuesmith.console.bodies import pretty
from queuesmith.console.charts import worker_charts
from queuesmith.console.errors import USER_ERRORS, explanation
from queuesmith.console.jobs import Job, Jobs
from queuesmith.console.predictions import Forecast, Predictions
from queuesmith.console.readings import Readings

MESSAGES, MAXIMUM_MESSAGES, LOG_LINES = 20, 100, 500
"""How many messages a page shows by default and at most, and how many lines of a log."""
GROUPINGS = ("reason", "exception", "group", "receive_count")
"""Suggestions for grouping a DLQ. Any other JMESPath expression can be typed."""
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"pretty": pretty, "one_line": one_line, "duration": short_duration, "sentence": sentence, "moment": iso}
_TEMPLATES.globals |= {"counted": counted}


def render(template: str, **values: object) -> str:
    """Render a template. All values are escaped."""
    return _TEMPLATES.get_template(template).render(values)


class Views:
    """The views. They raise QueuesmithError and boto3's errors."""

    def __init__(self, readings: Readings, jobs: Jobs, actions: Actions | None, form_token: str) -> None:
        """Without `actions`, the pages only read."""
        self._readings, self._jobs, self._actions, self._form_token = readings, jobs, actions, form_token
        self._predictions = Predictions(readings, jobs)

    def overview(self, _request: Request) -> str:
        """All workers with their state."""
        return render("overview.html", statuses=self._readings.statuses())

    def worker(self, _request: Request, worker: str) -> str:
        """One worker: state, charts, alarms and latest errors."""
        status = self._readings.status(worker)
        history, not_read = self._history(status)
        try:
            forecast = self._predictions.latest(status, history)
        except USER_ERRORS as error:
            forecast = Forecast(f"No prediction: {explanation(error)}")
        return render(
            "worker.html",
            status=status,
            can_act=self._actions is not None,
            charts=worker_charts(history, self._readings.samples(status.worker), datetime.now(UTC)),
            forecast=forecast,
            not_read=[*status.not_read, *not_read],
        )

    def dlq(self, request: Request, worker: str) -> str:
        """The messages of a worker's DLQ in groups. The reading runs as a job."""
        by = request.args.get("by") or operations.BY_REASON

        def triage(job: Job) -> operations.TriageResult:
            deployed = self._readings.worker(worker)
            return operations.triage_queue(
                deployed.sqs, deployed.dead_letter_queue, by=by, stop=job.stop, on_progress=_progress(job)
            )

        job = self._job(request, worker, ("triage", by), triage)
        values = {"by": by, "groupings": GROUPINGS, "job": job, "now": self._dead_letters(worker) if job.result else None}
        return render("dlq.html", can_act=self._actions is not None, worker=worker, **values)

    def _dead_letters(self, worker: str) -> int:
        """About how many messages are in the DLQ now."""
        deployed = self._readings.worker(worker)
        return aws.read_depth(deployed.sqs, deployed.dead_letter_queue).total

    def messages(self, request: Request, worker: str) -> str:
        """The first messages of a group, with bodies and attributes."""
        where, limit = request.args.get("where", ""), _limit(request.args.get("limit", ""))

        def peek(job: Job) -> operations.PeekResult:
            match = operations.where_matcher(where) if where else None
            deployed = self._readings.worker(worker)
            return operations.peek_messages(
                deployed.sqs,
                deployed.dead_letter_queue,
                limit=limit,
                match=match,
                stop=job.stop,
                on_progress=_progress(job),
            )

        job = self._job(request, worker, ("peek", where, limit), peek)
        shown = [operations.ShownMessage.from_message(each) for each in job.result.messages] if job.result else []
        values = {"where": where, "limit": limit, "maximum": MAXIMUM_MESSAGES, "messages": shown}
        return render("messages.html", worker=worker, can_act=self._actions is not None, job=job, **values)

    def log(self, request: Request, worker: str) -> str:
        """The log lines of a worker, of one message if its id is given."""
        message_id, since = request.args.get("message_id", "").strip(), request.args.get("since", "").strip() or "1h"
        begin = parse_time(since, "since", datetime.now(UTC))
        deployed = self._readings.worker(worker)
        logs = deployed.connection.client("logs")
        events = operations.read_log(logs, deployed.log_group, since=begin, message_id=message_id or None)
        lines = list(itertools.islice(events, LOG_LINES))
        values = {"message_id": message_id, "since": since, "begin": iso(begin), "group": deployed.log_group}
        return render("log.html", worker=worker, lines=lines, limit=LOG_LINES, **values)

    def confirm(self, request: Request, worker: str) -> str:
        """What an action would do, with the button that starts it."""
        actions, wanted = self._allowed_actions(), ActionRequest.from_values(request.args)
        job, error = actions.preview(worker, wanted, again="again" in request.args), None
        try:
            _settled(job)
        except USER_ERRORS as failure:
            if not (wanted.to or wanted.edit):
                raise
            error = explanation(failure)  # below the fields, so that they can be corrected
        values = {"wanted": wanted, "job": job, "error": error, "dropped": DROPPED.name}
        return render("confirm.html", worker=worker, form_token=self._form_token, **values)

    def action(self, _request: Request, worker: str, number: int) -> str:
        """How far an action is, or its result."""
        action, job = self._allowed_actions().started(number)
        return render("action.html", worker=worker, action=action, job=_settled(job), parts_of=outcome)

    def _allowed_actions(self) -> Actions:
        if self._actions is None:
            raise QueuesmithError("The console only reads. To act, start it with --act")
        return self._actions

    def doctor(self, _request: Request) -> str:
        """The findings about the deployed workers."""
        workers = self._readings.workers()
        without_settings = not all(worker.has_settings for worker in workers)
        report = checks.check_deployed(workers, suppressions=checks.read_suppressions([], None) if without_settings else ())
        return render("doctor.html", report=report)

    def _job(self, request: Request, worker: str, key: tuple[str | int, ...], work: Callable[[Job], Any]) -> Job:
        """The job of a page, which runs again if the page asks for it. Raises its error."""
        return _settled(self._jobs.get(worker, key, work, again="again" in request.args))

    def _history(self, status: operations.WorkerStatus) -> tuple[operations.MetricHistory, list[str]]:
        """CloudWatch's values, and why they are missing if the caller is not allowed to read them."""
        history, not_read = operations.MetricHistory(), []
        if status.queue is not None:
            dlq = status.dead_letter_queue
            cloudwatch = self._readings.worker(status.worker).connection.client("cloudwatch")
            try:
                history = operations.read_history(
                    cloudwatch, datetime.now(UTC), queue=status.queue.name, dead_letter_queue=dlq.name if dlq else None
                )
            except ClientError as error:
                if not is_access_denied(error):
                    raise
                not_read.append(f"the charts' metrics (access denied: {missing_permission(error)})")
        return history, not_read


def error_page(error: Exception) -> str:
    """The content of a page whose view failed."""
    return render("error.html", message=explanation(error))


def _limit(text: str) -> int:
    """The number of messages to show. Raises UsageError if it is not possible."""
    if not text:
        return MESSAGES
    if not text.isdecimal() or not 1 <= int(text) <= MAXIMUM_MESSAGES:
        raise UsageError(f'The number of messages to show is "{text}", but must be from 1 to {MAXIMUM_MESSAGES}')
    return int(text)


def _settled(job: Job) -> Job:
    """The job, after a moment that often suffices for its end. Raises its error."""
    job.wait(0.2)
    if job.error is not None:
        raise job.error
    return job


def _progress(job: Job) -> Callable[[operations.TriageResult | operations.PeekResult], None]:
    def on_progress(result: operations.TriageResult | operations.PeekResult) -> None:
        job.done, job.total = result.received, max(result.approximate_count, result.received)

    return on_progress
