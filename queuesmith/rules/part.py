"""The base class of the resources in the model, and the names of their attributes in Terraform and in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, ClassVar, TypeVar

from queuesmith.rules.unknown import Unknown

QUEUE_ATTRIBUTES = {
    "fifo": "fifo_queue",
    "visibility_timeout": "visibility_timeout_seconds",
    "retention": "message_retention_seconds",
    "delay": "delay_seconds",
    "maximum_message_size": "max_message_size",
    "receive_wait_time": "receive_wait_time_seconds",
    "max_receive_count": "redrive_policy.maxReceiveCount",
    "throughput_limit": "fifo_throughput_limit",
    "kms_key": "kms_master_key_id",
    "sse": "sqs_managed_sse_enabled",
    "data_key_reuse_period": "kms_data_key_reuse_period_seconds",
}
FUNCTION_ATTRIBUTES = {
    "name": "function_name",
    "memory": "memory_size",
    "ephemeral_storage": "ephemeral_storage.size",
    "reserved_concurrency": "reserved_concurrent_executions",
    "environment": "environment.variables",
    "log_format": "logging_config.log_format",
    "application_level": "logging_config.application_log_level",
    "system_level": "logging_config.system_log_level",
    "durable_timeout": "durable_config.execution_timeout",
    "tenant_isolation": "tenancy_config",
    "snap_start": "snap_start.apply_on",
}
MAPPING_ATTRIBUTES = {
    "batching_window": "maximum_batching_window_in_seconds",
    "maximum_concurrency": "scaling_config.maximum_concurrency",
    "pollers": "provisioned_poller_config",
    "minimum_pollers": "provisioned_poller_config.minimum_pollers",
    "maximum_pollers": "provisioned_poller_config.maximum_pollers",
    "filters": "filter_criteria",
    "response_types": "function_response_types",
}
LOG_GROUP_ATTRIBUTES = {"retention": "retention_in_days"}

SETTINGS_KEYS = {
    "queue.name": "name",
    "dead_letter_queue.name": "name",
    "function.name": "name",
    "source.qualifier": "function.alias",
    "source.minimum_pollers": "source.pollers.minimum",
    "source.maximum_pollers": "source.pollers.maximum",
    "role.name": "name",
    "function.application_level": "logs.level",
    "function.system_level": "logs.system_level",
    "function.minimum_remaining_time": "failures.minimum_remaining_time",
    "function.backoff_base": "failures.backoff.base",
    "function.backoff_cap": "failures.backoff.cap",
    "function.pause_base": "failures.circuit_breaker.base",
    "function.pause_cap": "failures.circuit_breaker.cap",
    "function.outage": "failures.circuit_breaker.outage",
    "function.expected_seconds_per_record": "source.expected_seconds_per_record",
}
"""Keys of a worker's settings that are in a different table from the part that they describe."""


NAMES_IN_SETTINGS = {
    "queue": "the queue",
    "existing_queue": "the existing queue",
    "dead_letter_queue": "the DLQ",
    "existing_queue.dead_letter_queue_arn": "the existing DLQ",
    "function": "the function",
    "function.deployment": "the deployment",
    "source": "the mapping",
    "role": "the role",
    "logs": "the log group",
    "key": "the KMS key",
}
"""The names of a worker's parts in sentences, by their tables in the settings."""


def name_of(address: str) -> str:
    """Return a part's name in a sentence: `the queue` in settings, otherwise its address."""
    return NAMES_IN_SETTINGS.get(address, address)


class Dialect(Enum):
    """The naming that messages use for attributes."""

    SETTINGS = "settings"
    TERRAFORM = "terraform"
    DEPLOYED = "deployed"
    """Terraform's names of attributes, after which the resource's name in AWS follows."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A resource of a pipeline that a finding can name."""

    address: str
    """The Terraform address, the name in AWS, or the table of the settings."""
    dialect: Dialect = Dialect.SETTINGS
    terraform_names: ClassVar[Mapping[str, str]] = {}

    @property
    def label(self) -> str:
        """The part's name in a sentence."""
        return name_of(self.address)

    @property
    def arn_name(self) -> str:
        """The name of the part's ARN in a sentence."""
        return self.address if self.address.startswith("arn:") else f"the ARN of {self.label}"

    def attribute_path(self, attribute: str) -> str:
        """Return the key as the user writes it: `queue.visibility_timeout`, `aws_sqs_queue.a.visibility_timeout_seconds`.

        For a deployed resource without settings: `visibility_timeout_seconds of queue prod-a`.
        """
        if self.dialect is not Dialect.SETTINGS:
            name, dot, rest = attribute.partition(".")  # a name in a table with the user's own keys
            whole = self.terraform_names.get(attribute) or f"{self.terraform_names.get(name, name)}{dot}{rest}"
            return f"{self.address}.{whole}" if self.dialect is Dialect.TERRAFORM else f"{whole} of {self.address}"
        dotted = f"{self.address}.{attribute}" if self.address else attribute
        return SETTINGS_KEYS.get(dotted, dotted)


P = TypeVar("P", bound=Part)


def part_with_unknown_fields(kind: type[P], why: Unknown, **known: Any) -> P:
    """Return a part whose fields are all unknown for the reason `why`, except those in `known`."""
    unknown = {field.name: why for field in fields(kind) if str(field.type).startswith("MaybeUnknown[")}
    return kind(**{**unknown, **known})
