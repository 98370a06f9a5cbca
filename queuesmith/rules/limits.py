"""Every limit in one place, with its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

READ_ON = date(2026, 11, 29)
"""When the limits were last compared with their pages, or with the API models and stored copies of that date."""

_SQS_API = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference"
_SQS_GUIDE = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide"
_LAMBDA_API = "https://docs.aws.amazon.com/lambda/latest/api"
_LAMBDA_GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg"
_CLOUDWATCH_API = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference"
_LOGS_API = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference"

CHANGE_VISIBILITY = f"{_SQS_API}/API_ChangeMessageVisibility.html"
SET_QUEUE_ATTRIBUTES = f"{_SQS_API}/API_SetQueueAttributes.html"
CREATE_QUEUE = f"{_SQS_API}/API_CreateQueue.html"
DEAD_LETTER_QUEUES = f"{_SQS_GUIDE}/sqs-dead-letter-queues.html"
SQS_BEST_PRACTICES = f"{_SQS_GUIDE}/sqs-security-best-practices.html"
SQS_KEY_MANAGEMENT = f"{_SQS_GUIDE}/sqs-key-management.html"
SQS_METRICS = f"{_SQS_GUIDE}/sqs-available-cloudwatch-metrics.html"
CONFIGURE_SQS_SOURCE = f"{_LAMBDA_GUIDE}/services-sqs-configure.html"
SQS_SCALING = f"{_LAMBDA_GUIDE}/services-sqs-scaling.html"
SQS_ERRORS = f"{_LAMBDA_GUIDE}/services-sqs-errorhandling.html"
EVENT_FILTERS = f"{_LAMBDA_GUIDE}/invocation-eventfiltering.html"
CREATE_MAPPING = f"{_LAMBDA_API}/API_CreateEventSourceMapping.html"
CREATE_FUNCTION = f"{_LAMBDA_API}/API_CreateFunction.html"
LAMBDA_LIMITS = f"{_LAMBDA_GUIDE}/gettingstarted-limits.html"
LAMBDA_RUNTIMES = f"{_LAMBDA_GUIDE}/lambda-runtimes.html"
LAMBDA_VARIABLES = f"{_LAMBDA_GUIDE}/configuration-envvars.html"
LAMBDA_CONCURRENCY = f"{_LAMBDA_GUIDE}/configuration-concurrency.html"
LAMBDA_LOGGING = f"{_LAMBDA_GUIDE}/monitoring-cloudwatchlogs-advanced.html"
LEAST_PRIVILEGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"
RETENTION_POLICY = f"{_LOGS_API}/API_PutRetentionPolicy.html"
MISSING_DATA = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html"
LAMBDA_METRICS = f"{_LAMBDA_GUIDE}/monitoring-metrics-types.html"
METRIC_DIMENSIONS = f"{_SQS_GUIDE}/sqs-available-cloudwatch-metrics.html#sqs-metric-dimensions"
METRIC_ALARM = f"{_CLOUDWATCH_API}/API_PutMetricAlarm.html"
PUBLIC_POLICIES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"
CONFUSED_DEPUTY = "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"
QUEUE_POLICY_RESOURCE = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue"
QUEUE_POLICY_VERSION = "https://github.com/hashicorp/terraform-provider-aws/issues/29497"
SNS_TO_SQS = "https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html"
RAW_DELIVERY = "https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html"
PUBLIC_KEYS = "https://docs.aws.amazon.com/kms/latest/developerguide/determining-access-key-policy.html"
SQS_QUOTAS = f"{_SQS_GUIDE}/quotas-queues.html"
EXECUTION_ROLE = f"{_LAMBDA_GUIDE}/lambda-intro-execution-role.html"
FUNCTION_URLS = f"{_LAMBDA_GUIDE}/urls-auth.html"
DURABLE_FUNCTIONS = f"{_LAMBDA_GUIDE}/durable-invoking-esm.html"
TENANT_ISOLATION = (
    "https://aws.amazon.com/blogs/compute/integrating-event-source-mappings-with-aws-lambda-tenant-isolation-mode/"
)
SNAP_START = f"{_LAMBDA_GUIDE}/snapstart.html"
CODEDEPLOY_QUOTAS = "https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html"
CODEDEPLOY_ALARMS = "https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html"
IAM_RACE = "https://github.com/hashicorp/terraform-provider-aws/issues/7384"


@dataclass(frozen=True)
class Range:
    """A range that includes both ends."""

    low: int
    high: int
    unit: str = ""

    def __contains__(self, value: int) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low:,} to {self.high:,} {self.unit}".rstrip()


VISIBILITY_TIMEOUT = Range(0, 43_200, "s")
BACKOFF = Range(1, VISIBILITY_TIMEOUT.high, "s")
RETENTION = Range(60, 1_209_600, "s")
SHORT_RETENTION = 3_600
"""Seconds of retention below which QL027 warns. It is advice, not an AWS limit."""
PAUSE = Range(1, 3_600, "s")
"""Our own limit, for the pauses while a circuit breaker is open. After an outage, a message can wait that long for nothing."""
OUTAGE = Range(1, RETENTION.high, "s")
"""Longer outages lose messages in any case: a queue keeps them for 14 days."""
DELAY = Range(0, 900, "s")
MESSAGE_SIZE = Range(1_024, 1_048_576, "bytes")
MESSAGE_SIZE_IN_OLDEST_PROVIDER = Range(MESSAGE_SIZE.low, 262_144, "bytes")
"""Provider 5.100 refuses larger values. Provider 6.8 accepts all that SQS accepts."""
RECEIVE_WAIT_TIME = Range(0, 20, "s")
MAX_RECEIVE_COUNT = Range(1, 1_000)
LEAST_RECEIVES_WITH_LAMBDA = 5
"""Throttling and messages that return to the queue unprocessed use up receive attempts too (Lambda developer guide)."""
QUEUE_NAME_LENGTH = Range(1, 80, "characters")
DATA_KEY_REUSE_PERIOD = Range(60, 86_400, "s")
REDRIVE_SOURCES = Range(1, 10)
VISIBILITY_TO_TIMEOUT = 6
"""Visibility timeout ≥ 6 × function timeout + batching window: room for retries of a throttled batch (Lambda guide)."""
MESSAGE_RATE = 100_000_000
"""Messages a second in a workload. Our own limit: it is ten times what the capacity model is tested with."""
PEAK_LENGTH = Range(1, 43_200, "s")
"""Our own limit for the peak of a workload in the settings."""
MESSAGE_GROUPS = Range(1, 1_000_000)
"""Our own limit for the number of message groups in a workload."""
IN_FLIGHT = 120_000
"""Messages in flight in one queue, standard or FIFO (SQS developer guide, quotas)."""

BATCH_SIZE = Range(1, 10_000)
FIFO_BATCH_SIZE = Range(1, 10)
LARGEST_BATCH_WITHOUT_WINDOW = 10
BATCHING_WINDOW = Range(0, 300, "s")
MAXIMUM_CONCURRENCY = Range(2, 1_000)
MINIMUM_POLLERS = Range(2, 200)
MAXIMUM_POLLERS = Range(2, 10_000)
"""For SQS, since 2026-08-03. The maximum for Kafka is 2,000."""
FILTERS = 10
DEFAULT_FILTER_QUOTA = 5
FILTER_LENGTH = 4_096
"""Characters."""
FILTER_KEYS = frozenset({"body"})
ENVELOPE_KEYS = frozenset(
    {
        "attributes", "awsRegion", "eventSource", "eventSourceARN", "md5OfBody", "md5OfMessageAttributes", "messageAttributes",
        "messageId", "receiptHandle",
    }
)  # fmt: skip
"""The keys of a record next to its body. Lambda's filters cannot use them."""

FUNCTION_TIMEOUT = Range(1, 5_400, "s")
"""The range that the API accepts, as in the next two. The upper ends are for Lambda Managed Instances."""
MEMORY = Range(128, 32_768, "MB")
EPHEMERAL_STORAGE = Range(512, 32_768, "MB")
ORDINARY_FUNCTION_TIMEOUT = Range(1, 1_800, "s")
"""For functions that do not run on Lambda Managed Instances (API reference, since 2026-11-19)."""
ORDINARY_MEMORY = Range(128, 10_240, "MB")
"""For functions that do not run on Lambda Managed Instances (Lambda guide)."""
ORDINARY_EPHEMERAL_STORAGE = Range(512, 10_240, "MB")
"""For functions that do not run on Lambda Managed Instances (API reference: more only with an accelerator)."""
FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER = Range(1, 900, "s")
"""Provider 5.100 refuses larger values, as in the next two."""
MEMORY_OF_OLDEST_PROVIDER = Range(128, 10_240, "MB")
EPHEMERAL_STORAGE_OF_OLDEST_PROVIDER = Range(512, 10_240, "MB")
DURABLE_EXECUTION = 900
"""Seconds: how long a mapping waits for one execution of a durable function."""
MANAGED_DURABLE_EXECUTION = 5_400
"""The same on Lambda Managed Instances."""
UNPUBLISHED = "$LATEST"
"""The qualifier of a function's unpublished version."""
SHIFT_PERCENT = Range(1, 99, "%")
"""CodeDeploy user guide, quotas: the percentage of one step of a Lambda deployment."""
SHIFT_MINUTES = Range(1, 2_880, "min")
"""CodeDeploy user guide, quotas: between the first and the last step of a Lambda deployment."""
KEPT_VERSIONS = Range(2, 1_000, "versions")
"""Our own limit: the current version and the one to return to."""
FUNCTION_NAME_LENGTH = Range(1, 64, "characters")
ROLE_NAME_LENGTH = Range(1, 64, "characters")
EVENT_RULE_NAME_LENGTH = Range(1, 64, "characters")
"""EventBridge API: PutRule."""
SCHEDULE_NAME_LENGTH = Range(1, 64, "characters")
"""EventBridge Scheduler API: CreateSchedule, as in the next three."""
FLEXIBLE_WINDOW = Range(1, 1_440, "minutes")
SCHEDULE_EVENT_AGE = Range(60, 86_400, "s")
SCHEDULE_RETRIES = Range(0, 185)
TABLE_NAME_LENGTH = Range(3, 255, "characters")
"""DynamoDB API: CreateTable."""
ENVIRONMENT_NAME_LENGTH = Range(1, 200, "characters")
"""Our own limit. Alarm topics, keys and dashboards are named after the environment only; the shortest AWS limit is 255."""
MESSAGE_CONCURRENCY = Range(1, 1_000)
"""Our own limit: Lambda allows 1,024 threads and processes in an execution environment."""
SNAP_START_EPHEMERAL_STORAGE = Range(EPHEMERAL_STORAGE.low, 512, "MB")
"""For functions with SnapStart (Lambda guide)."""
LAYERS = Range(0, 5)
"""Layers of a function."""
ENVIRONMENT_SIZE = 4_096
"""Bytes of all names and values."""
LONG_TIMEOUT = 600
"""Seconds of function timeout above which QL211 warns. It is advice, not an AWS limit."""
LONG_RECORD = 300
"""Seconds a record above which QL211 warns. It is advice, not an AWS limit."""
RUNTIME_NOTICE_DAYS = 180
"""Days before a runtime's deprecation from which QL205 warns."""
LOG_RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
)  # fmt: skip
"""The retention periods in days that CloudWatch Logs accepts."""
SHORT_ALARM_PERIODS = (10, 20, 30)
ALARM_PERIOD_STEP = 60
"""Seconds. Longer periods are multiples of it."""
ALARM_SPAN = 604_800
"""Seconds: the maximum of period × evaluation periods."""
SHORT_ALARM_SPAN = 86_400
"""Seconds: the same maximum if the period is below `LONG_ALARM_PERIOD`."""
LONG_ALARM_PERIOD = 3_600
"""Seconds."""


def recommended_max_receive_count(outage: int, base: int, cap: int) -> int:
    """Return the receive attempts that a message needs to outlast an outage of a dependency behind a circuit breaker.

    It pauses for `base` seconds and then twice as long each time, up to `cap` seconds. The attempts in addition to these
    pauses are for failures before the circuit opens, throttling and the final success.
    """
    paused, pauses, pause, cap = 0, 0, max(base, 1), max(cap, 1)  # QL231 reports values below 1
    while paused < outage and pause < cap:
        paused, pauses, pause = paused + pause, pauses + 1, pause * 2
    return LEAST_RECEIVES_WITH_LAMBDA + pauses + -(-max(outage - paused, 0) // cap)


def recommended_visibility_timeout(function_timeout: int, batching_window: int) -> int:
    """Return the recommended visibility timeout in seconds. Both parameters are in seconds."""
    return VISIBILITY_TO_TIMEOUT * function_timeout + batching_window
