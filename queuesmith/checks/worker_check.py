"""Checks one worker's settings against the rule book."""

from __future__ import annotations

from datetime import date

from queuesmith.checks.reports.report import PipelineReport
from queuesmith.checks.suppressions import suppressions_in_settings
from queuesmith.readers.settings.pipeline import WorkerContext, settings_pipeline
from queuesmith.rules import CheckResult, Finding, Pipeline, check_pipeline, check_suppression, suppress
from queuesmith.settings import WorkerSettings
from queuesmith.settings.workload import WorkloadSettings


def check_worker(
    name: str, settings: WorkerSettings, today: date, context: WorkerContext | None = None, *, read_zip: bool = True
) -> list[Finding]:
    """The findings about one worker that are not suppressed. `today` is compared with the runtime's deprecation dates."""
    return worker_report(name, settings, today, context, read_zip=read_zip).findings


def worker_report(
    name: str, settings: WorkerSettings, today: date, context: WorkerContext | None = None, *, read_zip: bool = True
) -> PipelineReport:
    """All findings about one worker, and the skipped rules."""
    pipeline = settings_pipeline(name, settings, today, context or WorkerContext(), read_zip=read_zip)
    result = check_pipeline(pipeline)
    expected_seconds = settings.source.expected_seconds_per_record
    if settings.workload is not None and expected_seconds is not None:
        result = _with_workload(result, pipeline, settings.workload, expected_seconds)
    suppressions = suppressions_in_settings(settings)
    skipped = {check.rule for check in result.skipped}
    about_suppressions = (check_suppression(each, result.findings, skipped) for each in suppressions)
    every = [*suppress(result.findings, suppressions), *(each for each in about_suppressions if each is not None)]
    return PipelineReport(name, tuple(every), tuple((check.rule, check.reason) for check in result.skipped))


def _with_workload(result: CheckResult, pipeline: Pipeline, workload: WorkloadSettings, expected_seconds: float) -> CheckResult:
    """The result with what the settings' workload leads to."""
    from queuesmith.checks.workload_check import check_workload  # loads the capacity model, which few settings need
    from queuesmith.readers.settings.workload import workload_of

    added = check_workload(pipeline, workload_of(workload, expected_seconds), result.findings)
    return CheckResult((*result.findings, *added.findings), (*result.skipped, *added.skipped))
