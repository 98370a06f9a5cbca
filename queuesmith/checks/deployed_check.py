"""Checks deployed workers against the rule book. `queuesmith doctor` does this.

    from queuesmith.aws import Selection, find_workers
    from queuesmith.checks import check_deployed

    report = check_deployed(find_workers(Selection("prod")))
    for environment, finding in report.findings:
        print(finding.severity, finding.rule, finding.message)

`queuesmith.checks.write` writes such a report as the command does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from queuesmith.aws.worker import DeployedWorker
from queuesmith.checks.reports.report import FileReport, PipelineReport, Report
from queuesmith.checks.suppressions import suppressions_in_settings, with_suppressions_checked
from queuesmith.common.errors import NotFoundError
from queuesmith.readers.deployed.pipeline import deployed_pipeline
from queuesmith.rules import Finding, Pipeline, Severity, Suppression, Unknown, check_pipeline, drift, suppress
from queuesmith.rules.book import rules_by_id

_OTHER_MAPPING_RULES = ("QL109", "QL114")
"""Rules about other event source mappings of the queue."""


def check_deployed(
    workers: Sequence[DeployedWorker], today: date | None = None, suppressions: Sequence[Suppression] = ()
) -> Report:
    """Check deployed workers. Each environment is a file of the report.

    Rules that need values which the caller is not allowed to read are skipped, and the report lists them. A missing worker of
    an environment is a finding. Raises NotFoundError if a directly named queue or function does not exist, and UsageError if a
    name is ambiguous. Other errors are boto3's.

    Parameters
    ----------
    workers
        The workers.
    today
        The day on which the function's runtime is checked; None: today.
    suppressions
        Suppressions in addition to those in each worker's settings.

    """
    pipelines: dict[str, list[PipelineReport]] = defaultdict(list)
    for worker in workers:
        result = _check_worker(worker, today or date.today(), suppressions)
        pipelines[worker.names.environment or worker.name].append(result)
    report = Report(tuple(FileReport(name, tuple(those)) for name, those in pipelines.items()))
    return with_suppressions_checked(report, suppressions, report_unused=False)  # a suppression can be for another worker


def read_deployed(worker: DeployedWorker, today: date) -> Pipeline:
    """Return a deployed worker as a pipeline. What AWS does not know, such as the backoff, comes from its settings, if any.

    Raises NotFoundError if its queue or function does not exist.
    """
    return deployed_pipeline(worker, today, _expected(worker, today))


def _check_worker(worker: DeployedWorker, today: date, suppressions: Sequence[Suppression]) -> PipelineReport:
    """The report about one worker."""
    expected = _expected(worker, today)
    try:
        deployed = deployed_pipeline(worker, today, expected)
    except NotFoundError as error:
        if worker.names.environment is None:
            raise
        return PipelineReport(worker.name, (_missing_worker(worker, error),))
    result = check_pipeline(deployed)
    drifted = [] if expected is None else list(drift(expected, deployed))
    findings = [*_with_remedies_from_settings(result.findings, drifted), *_missing_dead_letter_queue(deployed), *drifted]
    skipped = [*((check.rule, check.reason) for check in result.skipped), *_skipped_mapping_rules(deployed)]
    configuration = worker.names.configuration
    in_settings = suppressions_in_settings(configuration.settings.workers[worker.name]) if configuration else []
    return PipelineReport(worker.name, tuple(suppress(findings, [*in_settings, *suppressions])), tuple(skipped))


def _expected(worker: DeployedWorker, today: date) -> Pipeline | None:
    """The worker according to its settings, if the command runs in the project.

    Values that the settings do not determine are unknown.
    """
    configuration = worker.names.configuration
    if configuration is None:
        return None
    from queuesmith.readers.settings.pipeline import (  # only this command needs it, and only in the project
        WorkerContext,
        settings_pipeline,
    )

    environment = configuration.settings
    settings = environment.workers[worker.name]
    context = WorkerContext.in_environment(environment.environment, environment.tags)
    expected = settings_pipeline(worker.name, settings, today, context, read_zip=False)
    group = expected.log_group
    if group is not None and not isinstance(group, Unknown) and group.retention == 0:
        expected = replace(expected, log_group=replace(group, retention=None))  # as CloudWatch Logs reports it
    if settings.existing_queue is None:
        return expected
    not_in_settings = Unknown("an attribute that the owner of existing_queue sets")
    queue = replace(expected.queue, receive_wait_time=not_in_settings)
    if settings.existing_queue.maximum_message_size is None:
        queue = replace(queue, maximum_message_size=not_in_settings)
    return replace(expected, queue=queue)


def _with_remedies_from_settings(findings: Sequence[Finding], drifted: Sequence[Finding]) -> Iterator[Finding]:
    """The findings. If the settings have another value than the deployed one, the fix is to apply them."""
    from_settings = {finding.attribute: finding.message for finding in drifted}
    for finding in findings:
        other = from_settings.get(finding.attribute)
        yield replace(finding, remedy=f"Apply the settings again: {other}") if other else finding


def _missing_worker(worker: DeployedWorker, error: NotFoundError) -> Finding:
    """The finding about a worker that cannot be checked, because its main parts are missing."""
    part = worker.names.queue or worker.names.function or worker.name
    remedy = "Deploy it, or select where it is deployed: --region, --profile"
    return rules_by_id()["QL401"].finding(Severity.ERROR, part, part, str(error), remedy)


def _missing_dead_letter_queue(deployed: Pipeline) -> Iterator[Finding]:
    """QL004 for a redrive policy that names a missing queue. This can only happen after the deployment."""
    queue = deployed.queue
    if (
        deployed.dead_letter_queue is None
        and queue.redrive_policy is not None
        and not isinstance(queue.redrive_policy, Unknown)
    ):
        key = queue.attribute_path("redrive_policy")
        text = (
            f"{key} names a queue that does not exist: a message that keeps failing is retried until it expires, and is then "
            "lost"
        )
        remedy = "Create the dead-letter queue again"
        yield rules_by_id()["QL004"].finding(Severity.ERROR, queue.address, key, text, remedy)


def _skipped_mapping_rules(deployed: Pipeline) -> Iterator[tuple[str, str]]:
    """Rules that are skipped if the caller is not allowed to list event source mappings."""
    own = deployed.mapping.batch_size
    if isinstance(own, Unknown):
        yield from ((rule, own.what) for rule in _OTHER_MAPPING_RULES)
