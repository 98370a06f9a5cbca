"""The CloudWatch dashboards of a stack: one, or several if there are more workers than one dashboard can contain."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from queuesmith.constructs.dashboard_body import WORKERS_A_DASHBOARD, DashboardRow, body
from queuesmith.constructs.queue_worker import QueueWorker
from queuesmith.settings.alarms import is_on
from queuesmith.settings.derived.alarm_specs import log_namespace
from queuesmith.settings.derived.alarm_thresholds import concurrency_limit
from queuesmith.settings.field_types import is_token


class Dashboard(Construct):
    """A CloudWatch dashboard: the alarm states at the top, then one row per worker.

    A dashboard contains at most 25 workers, which keeps it below CloudWatch's limit of 500 widgets. If there are more workers,
    additional dashboards show them: `NAME-2` and so on.

    Parameters
    ----------
    scope
        The stack, or another construct in it.
    id
        Part of the Terraform address. A change replaces the dashboard.
    name
        The dashboard's name: up to 255 letters, digits, `_` and `-`.
    region
        The region of the workers' metrics, such as `eu-central-1`.
    workers
        The workers in the order of their rows. The keys are the rows' titles.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        name: str,
        region: str,
        workers: Mapping[str, QueueWorker],
    ) -> None:
        super().__init__(scope, id)
        rows = [_row(key, worker) for key, worker in workers.items()]
        for first in range(0, len(rows), WORKERS_A_DASHBOARD):
            number = first // WORKERS_A_DASHBOARD + 1
            part = body(region, rows[first : first + WORKERS_A_DASHBOARD])
            if number == 1:
                CloudwatchDashboard(self, "Default", dashboard_name=name, dashboard_body=part)
            else:
                CloudwatchDashboard(self, str(number), dashboard_name=f"{name}-{number}", dashboard_body=part)


def _row(key: str, worker: QueueWorker) -> DashboardRow:
    settings = worker.settings
    return DashboardRow(
        worker=key,
        queue=worker.queue.name,
        dead_letter_queue=worker.queue.dead_letter_name,
        function=settings.name,
        timeout=_unless_token(settings.function.timeout),
        concurrency_limit=_unless_token(concurrency_limit(settings)),
        alarms=worker.alarms.arns,
        metrics_namespace=settings.metrics_namespace if is_on(settings.alarms.queue_wait) else None,
        log_namespace=log_namespace(settings) if is_on(settings.alarms.memory) else None,
        memory=_unless_token(settings.function.memory),
        mapping=worker.source.uuid if settings.source.metrics else None,
        is_fair=settings.is_fair,
    )


def _unless_token(value: int | None) -> int | None:
    return None if is_token(value) else value
