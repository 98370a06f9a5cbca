"""The settings of one worker: their types. The limits are in the rules (`queuesmith.rules`).

Every model is immutable and refuses unknown keys. Values that are known only after apply (`is_token`) are accepted and not
checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Self, TypeVar

from pydantic import Field, model_validator

from queuesmith.common.queue_names import FIFO, is_fifo
from queuesmith.rules.limits import LEAST_RECEIVES_WITH_LAMBDA, recommended_max_receive_count, recommended_visibility_timeout
from queuesmith.settings import conflicts
from queuesmith.settings.access import (
    BucketAccessSettings,
    KeyAccessSettings,
    ParameterAccessSettings,
    QueueAccessSettings,
    SecretAccessSettings,
    TableAccessSettings,
    TopicAccessSettings,
)
from queuesmith.settings.alarms import AlarmSettings
from queuesmith.settings.base import Settings
from queuesmith.settings.failures import FailureSettings
from queuesmith.settings.field_types import Name, PageUrl, Reason, Text, is_token
from queuesmith.settings.function import FunctionSettings, LogSettings
from queuesmith.settings.large_messages import LARGE_MESSAGES, LargeMessageSettings
from queuesmith.settings.producers import ProducerSettings
from queuesmith.settings.queue import DeadLetterQueueSettings, ExistingQueueSettings, QueueSettings
from queuesmith.settings.schedule_conflicts import schedule_conflicts, scheduler_role_conflicts
from queuesmith.settings.source import SourceSettings
from queuesmith.settings.workload import WorkloadSettings

T = TypeVar("T")
ACCESS_TABLES = ("tables", "buckets", "topics", "queues", "secrets", "parameters", "keys")
"""The tables of a worker that list the resources its function uses."""


class WorkerSettings(Settings):
    """One worker: a queue, the Lambda function that processes its messages, and their supporting resources."""

    name: Text
    """The prefix of all names in AWS. Default in `config/`: `ENVIRONMENT-WORKER`."""
    queue: QueueSettings = QueueSettings()
    dead_letter_queue: DeadLetterQueueSettings = DeadLetterQueueSettings()
    existing_queue: ExistingQueueSettings | None = None
    """An existing queue, instead of `queue` and `dead_letter_queue`."""
    producers: ProducerSettings = ProducerSettings()
    function: FunctionSettings
    logs: LogSettings = LogSettings()
    source: SourceSettings = SourceSettings()
    failures: FailureSettings = FailureSettings()
    large_messages: LargeMessageSettings | None = None
    tables: dict[Name, TableAccessSettings] = Field(default_factory=dict)
    """The environment's tables that the function uses, by their keys under `tables`."""
    buckets: dict[Name, BucketAccessSettings] = Field(default_factory=dict)
    """S3 buckets that the function reads from or writes to, by names that you choose."""
    topics: dict[Name, TopicAccessSettings] = Field(default_factory=dict)
    """SNS topics that the function publishes to, by names that you choose."""
    queues: dict[Name, QueueAccessSettings] = Field(default_factory=dict)
    """Other SQS queues that the function sends to, by names that you choose."""
    secrets: dict[Name, SecretAccessSettings] = Field(default_factory=dict)
    """Secrets in Secrets Manager that the function reads, by names that you choose."""
    parameters: dict[Name, ParameterAccessSettings] = Field(default_factory=dict)
    """SSM parameters that the function reads, by names that you choose."""
    keys: dict[Name, KeyAccessSettings] = Field(default_factory=dict)
    """KMS keys that the function's code uses, by names that you choose."""
    alarms: AlarmSettings = AlarmSettings()
    workload: WorkloadSettings | None = None
    runbook_url: PageUrl | None = None
    """The URL of your team's copy of docs/runbook.md, or of a page with the same sections. Each alarm's description links to
    its section. Default: the descriptions name docs/runbook.md, which is in the repository of queuesmith."""
    tags: dict[str, Text] = Field(default_factory=dict)
    """Tags on all resources of this worker, in addition to the environment's tags and `worker`."""
    suppress: dict[str, Reason] = Field(default_factory=dict)
    """Findings to suppress: a rule's id and the reason, as in `suppress = { QL007 = "the DLQ is emptied hourly" }`. Limits that
    AWS enforces cannot be suppressed. Limits: QL901–QL903."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        self.refuse([*self._repeated_variables(), *self._conflicts()])
        return self

    def _repeated_variables(self) -> Iterator[tuple[str, str]]:
        names = [*self._resource_variables.values(), *self._toolkit_variables, *self.function.environment]
        for name in sorted({name for name in names if names.count(name) > 1}):
            if name in self.function.environment:
                yield f"function.environment.{name}", "is set by another setting or by the toolkit. Remove it here"
            else:
                yield "", f"sets the environment variable {name} for two resources or the toolkit. Choose another `variable`"

    def _conflicts(self) -> Iterator[tuple[str, str]]:
        if self.existing_queue is not None:
            yield from conflicts.existing_queue_conflicts(self.queue, self.dead_letter_queue, self.producers)
        if self.is_fifo and self.producers.buckets:
            yield "producers.buckets", "cannot send to a FIFO queue: S3 does not support it. Remove them, or queue.fifo"
        yield from conflicts.topic_conflicts(self.producers, fifo=self.is_fifo)
        for key, rule in self.producers.rules.items():
            path, name = f"producers.rules.{key}", f"{self.name}-{key}"
            yield from conflicts.rule_conflicts(rule, path, name, self.queue, fifo=self.is_fifo)
        for key, schedule in self.producers.schedules.items():
            path, name = f"producers.schedules.{key}", f"{self.name}-{key}"
            yield from schedule_conflicts(schedule, path, name, self.queue)
        if self.producers.schedules:
            yield from scheduler_role_conflicts(self.scheduler_role_name)
        yield from conflicts.image_conflicts(self.function)
        yield from conflicts.fairness_conflicts(
            "queue" if self.existing_queue is None else "existing_queue", self.alarms, fair=self.is_fair, fifo=self.is_fifo
        )
        yield from conflicts.alarm_conflicts(self.alarms, self.logs, mapping_metrics=self.source.metrics)
        yield from conflicts.snap_start_conflicts(self.function)
        yield from conflicts.circuit_breaker_conflicts(self.failures)
        if self.workload is not None:
            seconds = self.source.expected_seconds_per_record
            yield from conflicts.workload_conflicts(self.workload, seconds, fifo=self.is_fifo)
        if self.failures.send_to_dlq_immediately:
            yield from conflicts.dead_letter_conflicts(
                self.existing_queue, partial_batch_responses=self.source.partial_batch_responses
            )

    @property
    def resource_paths(self) -> tuple[str, ...]:
        """Return the key paths of all resources that the function uses: `tables.orders`, `secrets.mail`, `failures.backoff`."""
        large_messages = (LARGE_MESSAGES,) if self.large_messages else ()
        return (*self._access_variables, *large_messages, *self.failures.url_variables)

    @property
    def _access_variables(self) -> dict[str, str | None]:
        """Return the environment variable of each resource in the access tables, by key path."""
        return {f"{table}.{key}": access.variable for table in ACCESS_TABLES for key, access in getattr(self, table).items()}

    @property
    def is_fifo(self) -> bool:
        """Whether the worker's queue is a FIFO queue. For an existing queue, its ARN decides."""
        if self.existing_queue is not None:
            return is_fifo(self.existing_queue.arn)
        return self.queue.fifo

    @property
    def is_fair(self) -> bool:
        """Whether the worker's queue is a fair queue: its alarms distinguish quiet and noisy message groups."""
        return (self.existing_queue or self.queue).fair

    @property
    def queue_name(self) -> str:
        """Return the name of the queue that the worker creates."""
        return f"{self.name}{self._suffix}"

    @property
    def dead_letter_name(self) -> str:
        """Return the name of the DLQ that the worker creates."""
        return f"{self.name}-dlq{self._suffix}"

    @property
    def _suffix(self) -> str:
        return FIFO if self.queue.fifo else ""

    @property
    def role_name(self) -> str:
        """Return the name of the function's role."""
        return f"{self.name}-function"

    @property
    def scheduler_role_name(self) -> str:
        """Return the name of the role with which the worker's schedules send."""
        return f"{self.name}-scheduler"

    def variables(self, values: Mapping[str, T]) -> dict[str, str | T]:
        """Return the function's environment variables.

        `values` are the names, URLs and ARNs of the resources that the function uses, by `resource_paths`.
        """
        return {
            **self._toolkit_variables,
            **{variable: values[path] for path, variable in self._resource_variables.items()},
            **self.function.environment,
        }

    @property
    def _resource_variables(self) -> dict[str, str]:
        """Return the environment variables with names, URLs and ARNs of resources, by key path."""
        access_variables = {path: variable for path, variable in self._access_variables.items() if variable}
        large_messages = {LARGE_MESSAGES: "WORKER_LARGE_MESSAGES_BUCKET"} if self.large_messages else {}
        return {**self.failures.url_variables, **large_messages, **access_variables}

    @property
    def metrics_namespace(self) -> str:
        """Return the namespace of the handler's metrics in CloudWatch. Their dimension `service` is the worker's name."""
        return self.function.environment.get("POWERTOOLS_METRICS_NAMESPACE", "queuesmith")

    @property
    def _toolkit_variables(self) -> dict[str, str]:
        """Return the variables that `queuesmith_worker` and Powertools read."""
        variables = {"POWERTOOLS_SERVICE_NAME": self.name, **dict(self.failures.number_variables())}
        queue, existing = self.existing_queue or self.queue, self.existing_queue
        max_receive_count = self.max_receive_count if existing is None else existing.max_receive_count
        if max_receive_count is not None:
            variables["WORKER_MAX_RECEIVE_COUNT"] = str(max_receive_count)
        if self.failures.send_to_dlq_immediately and queue.maximum_message_size is not None:
            variables["WORKER_MAX_MESSAGE_SIZE"] = str(queue.maximum_message_size)
        if not self.source.partial_batch_responses:
            variables["WORKER_PARTIAL_BATCH_RESPONSES"] = "false"
        if self.function.message_concurrency != 1:
            variables["WORKER_CONCURRENCY"] = str(self.function.message_concurrency)
        if self.large_messages is not None and self.large_messages.prefix is not None:
            variables["WORKER_LARGE_MESSAGES_PREFIX"] = self.large_messages.prefix
        if self.large_messages is not None and self.large_messages.delete_after_success:
            variables["WORKER_LARGE_MESSAGES_DELETE"] = "true"
        if self.function.tracing:
            variables["WORKER_TRACING"] = "true"
        return variables

    @property
    def max_receive_count(self) -> int:
        """Return `maxReceiveCount` of the queue that the worker creates: as set, or derived from the circuit breaker.

        It cannot be derived if a setting of the circuit breaker is a token. Raises ValueError if it is not set either.
        """
        breaker = self.failures.circuit_breaker
        if self.queue.max_receive_count is not None:
            return self.queue.max_receive_count
        if breaker is None:
            return LEAST_RECEIVES_WITH_LAMBDA
        if is_token(breaker.outage) or is_token(breaker.base) or is_token(breaker.cap):
            raise ValueError(
                f"{self.name}: queue.max_receive_count cannot be derived, because failures.circuit_breaker has a value that is "
                "known only after apply. Set queue.max_receive_count"
            )
        return recommended_max_receive_count(breaker.outage, breaker.base, breaker.cap)

    @property
    def visibility_timeout(self) -> int:
        """Return the visibility timeout in seconds: as set, or derived from the function timeout and the batching window.

        It cannot be derived if one of these is a token. Raises ValueError if it is not set either.
        """
        set_timeout = (self.existing_queue or self.queue).visibility_timeout
        if set_timeout is not None:
            return set_timeout
        if is_token(self.function.timeout) or is_token(self.source.batching_window):
            raise ValueError(
                f"{self.name}: queue.visibility_timeout cannot be derived, because function.timeout or source.batching_window "
                "is known only after apply. Set queue.visibility_timeout"
            )
        return recommended_visibility_timeout(self.function.timeout, self.source.batching_window)
