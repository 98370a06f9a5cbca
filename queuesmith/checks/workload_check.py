"""QL501 to QL506: the capacity model's prediction for the workload in a worker's settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from queuesmith.capacity.alarms import forecast_alarms
from queuesmith.capacity.answer import moment, number, seconds
from queuesmith.capacity.bounds import bounds, queues_needed, with_highest_concurrency
from queuesmith.capacity.constants import DEFAULT_PROFILE, PROFILES, Assumptions
from queuesmith.capacity.figures import Figures, figures_of
from queuesmith.capacity.parameters import Parameters, parameters_of
from queuesmith.capacity.quick import quick_run
from queuesmith.capacity.run import Series
from queuesmith.capacity.workload import Workload
from queuesmith.common.times import short_duration
from queuesmith.rules import CheckResult, Finding, Pipeline, Severity, SkippedCheck
from queuesmith.rules.book import rules_by_id

WORKLOAD_RULES = ("QL501", "QL502", "QL503", "QL504", "QL505", "QL506")
_CLOSE = 0.95
"""The share of the in-flight limit that counts as reached."""
_LATE = 0.8
"""The share of the retention at which the oldest message is close to expiry."""
_OVER = 1.001
"""A rate that is less than 0.1 % too high is within the precision of the model."""


def check_workload(pipeline: Pipeline, workload: Workload, findings: Iterable[Finding]) -> CheckResult:
    """Return what the workload leads to, most important first.

    The rules are skipped if one of the other `findings` is a limit that AWS enforces, or if a value that matters is unknown.
    """
    parameters, assumed = parameters_of(pipeline), PROFILES[DEFAULT_PROFILE].assume()
    wrong = (each.attribute for each in findings if each.enforced_by_aws)
    # The delay of an existing queue is always unknown, and hardly matters.
    unknown = (each for each in parameters.unknown if not each.endswith(".delay"))
    token = () if workload.service.mean > 0 else ("source.expected_seconds_per_record",)
    if why := next(chain(wrong, unknown, token), None):
        return CheckResult(skipped=tuple(SkippedCheck(rule, pipeline.name, why) for rule in WORKLOAD_RULES))
    check = _WorkloadCheck(pipeline, parameters, workload, assumed)
    run = quick_run(parameters, workload)
    figures = figures_of(run, parameters, workload, assumed)
    return CheckResult(
        (
            *check.rate(figures),
            *check.pages(run.series),
            *check.retention(figures),
            *check.throttles(figures),
            *check.in_flight(figures),
            *check.mapping(),
        )
    )


@dataclass(frozen=True)
class _WorkloadCheck:
    pipeline: Pipeline
    parameters: Parameters
    workload: Workload
    assumed: Assumptions

    def rate(self, figures: Figures) -> Iterator[Finding]:
        """QL501: the rate and the peak."""
        limit, peak = bounds(self.parameters, self.workload, self.assumed)[0], self.workload.peak
        most = f"at most {number(limit.rate)}/s are processed ({limit.name})"
        increase = (
            "Use more message groups"
            if "message group" in limit.name
            else "Increase the concurrency, function.message_concurrency or the batch size"
        )
        if self.workload.base_rate > limit.rate * _OVER:
            yield self._finding(
                "QL501",
                "rate",
                f"workload.rate is {number(self.workload.base_rate)}/s, but {most}: the queue never drains",
                f"{increase}. {self._command}",
            )
        elif peak.rate > limit.rate * _OVER:
            text = f"workload.peak.rate is {number(peak.rate)}/s for {seconds(peak.end - peak.start)}, but {most}"
            remedy = f"{increase}, or suppress QL501 if these messages can wait. {self._command}"
            yield self._finding("QL501", "peak.rate", f"{text}{_consequences(figures)}", remedy)

    def pages(self, series: Series) -> Iterator[Finding]:
        """QL502: the alarms that page."""
        for alarm in forecast_alarms(self.pipeline.readable_alarms(), series, self.parameters, self.workload):
            if alarm.pages and alarm.first is not None:
                text = (
                    f"the alarm {alarm.address.removeprefix('alarms.')} ({alarm.metric}, threshold {alarm.threshold:,g}) fires "
                    f"{moment(self.workload, alarm.first)} and pages, for {seconds(alarm.seconds)}"
                )
                yield self._finding("QL502", self._load_key, text)

    def retention(self, figures: Figures) -> Iterator[Finding]:
        """QL503: messages that wait longer than the retention period."""
        retention = self.parameters.retention
        of = f"the retention of {short_duration(retention)}"
        if figures.expired >= 1:
            yield self._finding(
                "QL503", self._load_key, f"{number(figures.expired)} messages wait longer than {of}, and are lost"
            )
        elif figures.drain is None:
            yield self._finding("QL503", self._load_key, f"the backlog never drains: after {of}, messages are lost")
        elif figures.age > retention * _LATE:
            text = f"the oldest message waits {short_duration(figures.age)}, which is close to {of}"
            yield self._finding("QL503", self._load_key, text)

    def throttles(self, figures: Figures) -> Iterator[Finding]:
        """QL504: throttled batches."""
        if figures.throttles >= 1:
            wrongly = (
                f", and {number(figures.wrongly_dead)} messages reach the DLQ wrongly" if figures.wrongly_dead >= 1 else ""
            )
            text = f"{number(figures.throttles)} batches are throttled and use up receive attempts{wrongly}"
            yield self._finding("QL504", self._load_key, text)

    def in_flight(self, figures: Figures) -> Iterator[Finding]:
        """QL505: the limit of messages in flight."""
        if figures.in_flight > self.assumed.in_flight * _CLOSE:
            text = (
                f"{number(figures.in_flight)} messages are in flight, and SQS allows {number(self.assumed.in_flight)}: polling "
                "then returns nothing"
            )
            yield self._finding("QL505", self._load_key, text)

    def mapping(self) -> Iterator[Finding]:
        """QL506: more than one mapping. Message groups are ignored: more queues do not make a message group faster."""
        workload = replace(self.workload, groups=None)
        highest = with_highest_concurrency(self.parameters)
        limit = bounds(highest, workload, self.assumed)[0]
        if workload.base_rate > limit.rate * _OVER:
            needed = queues_needed(workload.base_rate, highest, workload, self.assumed)
            text = (
                f"workload.rate is {number(workload.base_rate)}/s, but one queue with one mapping processes at most "
                f"{number(limit.rate)}/s at this batch size ({limit.name})"
            )
            yield self._finding("QL506", "rate", text, f"Divide the messages among {needed:,} queues. {self._command}")

    @property
    def _load_key(self) -> str:
        return "rate" if len(self.workload.phases) == 1 else "peak.rate"

    def _finding(self, id: str, key: str, message: str, remedy: str = "") -> Finding:
        rule = rules_by_id()[id]
        fix = remedy or f"{rule.remedy} {self._command}"
        return rule.finding(Severity.WARNING, "workload", f"workload.{key}", message, fix)

    @property
    def _command(self) -> str:
        return f"To compare settings: queuesmith capacity {self.pipeline.environment or 'ENVIRONMENT'} {self.pipeline.name}"


def _consequences(figures: Figures) -> str:
    drained = "" if figures.drain is None else f", and it is drained {seconds(figures.drain)} after the peak"
    return f": {number(figures.backlog)} messages wait, the oldest for {seconds(figures.age)}{drained}"
