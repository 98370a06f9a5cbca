"""What AWS charges for each option, for docs/settings.md. The numbers are from the table of prices only."""

from __future__ import annotations

from queuesmith.capacity.prices import NOT_PRICED, PRICES, REGIONS
from queuesmith.settings.derived.alarm_specs import ALARMS
from tools import alarm_costs

MILLION = 1_000_000


def cost(model: str, name: str) -> str:
    """The cost of an option as a short text. Raises KeyError for an option that is neither priced nor free."""
    if name in FREE.get(model, "").split():
        return "free"
    return COSTS[f"{model}.{name}"]


def usd(price: str, quantity: float = 1) -> str:
    """The price of a quantity in the regions of the table: `0.40 USD`, or `0.50–0.63 USD`."""
    found = {value * quantity for region in REGIONS if (value := PRICES[price].usd(region)) is not None}
    return f"{'–'.join(map(_digits, sorted(found)))} USD"


def _digits(value: float) -> str:
    """All digits of a price, but at least two decimals: `3.00`, `0.0000133334`."""
    whole, _, decimals = f"{value:.10f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


_KEY = f"your own key: {usd('kms.keys')} a month, {usd('kms.requests', 10_000)} for 10,000 requests"
_KEY_REQUESTS = f"{usd('kms.requests', 10_000)} for 10,000 requests to KMS"
_POLLER = f"{usd('lambda.poller.hours')} for each poller unit and hour"
_LOGS = f"{usd('cloudwatch.logs.ingested')} for each GB"

COSTS = {
    "AlarmDestinationSettings.emails": NOT_PRICED,
    "BucketAccessSettings.kms_key": _KEY_REQUESTS,
    "EncryptionSettings.key": _KEY,
    "EnvironmentSettings.dashboard": f"{usd('cloudwatch.dashboards')} a month for each",
    "ExistingQueueSettings.kms_key": _KEY_REQUESTS,
    "FunctionSettings.architecture": "arm64 costs less than x86_64: see `memory`",
    "FunctionSettings.environment_kms_key": _KEY,
    "FunctionSettings.ephemeral_storage": f"free up to 512, otherwise {NOT_PRICED}",
    "FunctionSettings.memory": (
        f"for each GB-second {usd('lambda.arm64.gb_seconds')} (arm64) or {usd('lambda.x86_64.gb_seconds')} (x86_64)"
    ),
    "FunctionSettings.snap_start": (
        f"{usd('lambda.snap_start.cached')} for each GB-second in the cache, "
        f"{usd('lambda.snap_start.restored')} for each GB restored"
    ),
    "FunctionSettings.tracing": f"{usd('xray.traces', MILLION)} for a million traces",
    "KeyAccessSettings.arn": _KEY_REQUESTS,
    "LargeMessageSettings.bucket": f"S3: {NOT_PRICED}",
    "LargeMessageSettings.kms_key": _KEY_REQUESTS,
    "LogSettings.group_class": f"`INFREQUENT_ACCESS`: {NOT_PRICED}",
    "LogSettings.kms_key": _KEY,
    "LogSettings.level": _LOGS,
    "LogSettings.retention": f"{usd('cloudwatch.logs.stored')} for each GB and month",
    "LogSettings.system_level": _LOGS,
    "ParameterAccessSettings.kms_key": _KEY_REQUESTS,
    "PollerSettings.maximum": _POLLER,
    "PollerSettings.minimum": _POLLER,
    "QueueAccessSettings.kms_key": _KEY_REQUESTS,
    "QueueSettings.fair": f"{usd('sqs.fair.requests', MILLION)} more for a million requests",
    "QueueSettings.fifo": (
        f"{usd('sqs.fifo.requests', MILLION)} for a million requests, instead of {usd('sqs.standard.requests', MILLION)}"
    ),
    "QueueSettings.data_key_reuse_period": f"{_KEY_REQUESTS}: a shorter period causes more requests",
    "QueueSettings.kms_key": _KEY,
    "QueueSettings.maximum_message_size": "each 64 KB of a message are one request",
    "RuleProducer.pattern": f"events of your own: {NOT_PRICED}",
    "RuleProducer.schedule": NOT_PRICED,
    "S3Backend.bucket": NOT_PRICED,
    "ScheduleProducer.expression": f"{usd('scheduler.invocations', MILLION)} for a million messages",
    "SecretAccessSettings.arn": NOT_PRICED,
    "SecretAccessSettings.name": NOT_PRICED,
    "SecretAccessSettings.kms_key": _KEY_REQUESTS,
    "SourceSettings.filters_kms_key": _KEY,
    "SourceSettings.metrics": f"{usd('cloudwatch.metrics.custom')} a month for each metric",
    "TableAccessSettings.access": f"{usd('dynamodb.on_demand.writes', MILLION)} for a million writes",
    "TableAccessSettings.operations": f"{usd('dynamodb.on_demand.writes', MILLION)} for a million writes",
    "TableSettings.kms_key": _KEY,
    "TableSettings.point_in_time_recovery": NOT_PRICED,
    "TopicAccessSettings.arn": NOT_PRICED,
    "TopicAccessSettings.kms_key": _KEY_REQUESTS,
    **{f"AlarmSettings.{spec.key}": f"{alarm_costs.cost(spec):.2f} USD a month" for spec in ALARMS},
}
"""The options that can cost something, by MODEL.field."""
FREE = {
    "AlarmDestinationSettings": "topic_arn paging_topic_arn",
    "AlarmSettings": "expected_hours expected_days",
    "ArtifactSettings": "zip image",
    "AssumeRoleSettings": "role_arn external_id session_name",
    "BackoffSettings": "base cap",
    "BucketAccessSettings": "arn prefix access variable",
    "BucketProducer": "arn account events prefix suffix",
    "CircuitBreakerSettings": "base cap outage",
    "DeadLetterQueueSettings": "retention",
    "DeploymentSettings": "strategy percent minutes rollback_on keep_versions",
    "EnvironmentSettings": "region allowed_account_ids tags prevent_destroy",
    "ExistingQueueSettings": (
        "arn dead_letter_queue_arn visibility_timeout retention max_receive_count maximum_message_size fair"
    ),
    "FailureSettings": "send_to_dlq_immediately minimum_remaining_time",
    "FunctionSettings": (
        "code handler runtime timeout layers reserved_concurrency message_concurrency environment code_signing alias "
        "recursive_loop permissions_boundary role_path"
    ),
    "KeyAccessSettings": "operations variable",
    "LargeMessageSettings": "delete_after_success prefix",
    "LocalBackend": "type directory",
    "OrganizationProducer": "id accounts roles",
    "ParameterAccessSettings": "arn name variable",
    "ProducerSettings": "managed_policy principals",
    "QueueAccessSettings": "arn variable",
    "QueueSettings": (
        "content_based_deduplication deduplication_scope throughput_limit visibility_timeout max_receive_count retention delay "
        "receive_wait_time"
    ),
    "RuleProducer": "event_bus enabled message_group undelivered_to_dlq",
    "S3Backend": "type region prefix",
    "S3Object": "bucket key version",
    "ScheduleProducer": (
        "time_zone flexible_window start end body message_group group enabled maximum_event_age maximum_retry_attempts "
        "undelivered_to_dlq delete_after_completion"
    ),
    "SecretAccessSettings": "variable",
    "SourceSettings": (
        "batch_size expected_seconds_per_record batching_window maximum_concurrency filters enabled partial_batch_responses "
        "tags"
    ),
    "TableAccessSettings": "variable",
    "TableSettings": "partition_key time_to_live deletion_protection",
    "TopicAccessSettings": "variable",
    "TopicProducer": "arn raw filter_policy filter_scope undelivered_to_dlq",
    "VpcSettings": "subnets security_groups",
    "PeakSettings": "rate seconds",
    "WorkerSettings": "name runbook_url tags suppress",
    "WorkloadSettings": "rate message_bytes groups",
}
"""The options that AWS does not charge for, by model."""
