"""The event source mapping: Lambda reads the queue and calls the function."""

from __future__ import annotations

from constructs import Construct

from stacks.aws import LambdaEventSourceMapping, LambdaEventSourceMappingScalingConfig
from stacks.settings import SourceSettings
from stacks.work_queue import WorkQueue
from stacks.worker_function import WorkerFunction


class EventSource(Construct):
    """A mapping with partial batch responses, made once the role may read the queue: else creating it is refused."""

    def __init__(self, scope: Construct, id: str, settings: SourceSettings, queue: WorkQueue, function: WorkerFunction) -> None:
        super().__init__(scope, id)
        concurrency = settings.maximum_concurrency
        LambdaEventSourceMapping(
            self,
            "mapping",
            event_source_arn=queue.arn,
            function_name=function.arn,
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.batching_window,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=None
            if concurrency is None
            else LambdaEventSourceMappingScalingConfig(maximum_concurrency=concurrency),
            depends_on=[function.policy],
        )
