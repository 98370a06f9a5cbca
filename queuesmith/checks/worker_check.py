"""Checks one worker's settings against the rule book."""

from __future__ import annotations

from datetime import date

from queuesmith.checks.reports.report import PipelineReport
from queuesmith.checks.suppressions import suppressions_in_settings
from queuesmith.readers.settings.pipeline import WorkerContext, settings_pipeline
from queuesmith.rules import Finding, check_pipeline, check_suppression, suppress
from queuesmith.settings import WorkerSettings


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
    suppressions = suppressions_in_settings(settings)
    skipped = {check.rule for check in result.skipped}
    about_suppressions = (check_suppression(each, result.findings, skipped) for each in suppressions)
    every = [*suppress(result.findings, suppressions), *(each for each in about_suppressions if each is not None)]
    return PipelineReport(name, tuple(every), tuple((check.rule, check.reason) for check in result.skipped))
