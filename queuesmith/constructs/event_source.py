"""The event source mapping: Lambda polls the queue and invokes the function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
    LambdaEventSourceMapping,
    LambdaEventSourceMappingFilterCriteria,
    LambdaEventSourceMappingFilterCriteriaFilter,
    LambdaEventSourceMappingMetricsConfig,
    LambdaEventSourceMappingProvisionedPollerConfig,
    LambdaEventSourceMappingScalingConfig,
)
from constructs import Construct

from queuesmith.constructs.worker_function import WorkerFunction
from queuesmith.settings import SourceSettings
from queuesmith.settings.derived.function_access import SourceQueue


class EventSource(Construct):
    """The mapping. It depends on the role's policy, because Lambda refuses a mapping if the role cannot read the queue."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: SourceSettings,
        queue: SourceQueue,
        function: WorkerFunction,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._mapping = LambdaEventSourceMapping(
            self,
            "mapping",
            event_source_arn=queue.arn,
            function_name=function.invoked_arn,
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.batching_window,
            tags={**(tags or {}), **settings.tags} or None,
            depends_on=[function.policy],
            **_options(settings),
        )
        self.arn: str = self._mapping.arn
        """The mapping's ARN."""

    @property
    def uuid(self) -> str:
        """The mapping's UUID, which is the dimension of its metrics."""
        uuid: str = self._mapping.uuid
        return uuid


def _options(settings: SourceSettings) -> dict[str, Any]:
    """Return the arguments that differ from Lambda's defaults."""
    options: dict[str, Any] = {}
    if settings.partial_batch_responses:
        options["function_response_types"] = ["ReportBatchItemFailures"]
    if settings.maximum_concurrency is not None:
        options["scaling_config"] = LambdaEventSourceMappingScalingConfig(maximum_concurrency=settings.maximum_concurrency)
    if settings.pollers is not None:
        options["provisioned_poller_config"] = LambdaEventSourceMappingProvisionedPollerConfig(
            minimum_pollers=settings.pollers.minimum, maximum_pollers=settings.pollers.maximum
        )
    if settings.filters:
        patterns = [LambdaEventSourceMappingFilterCriteriaFilter(pattern=pattern) for pattern in settings.patterns]
        options["filter_criteria"] = LambdaEventSourceMappingFilterCriteria(filter=patterns)
        options["kms_key_arn"] = settings.filters_kms_key
    if settings.metrics:
        options["metrics_config"] = LambdaEventSourceMappingMetricsConfig(metrics=["EventCount"])
    if not settings.enabled:
        options["enabled"] = False
    return options
