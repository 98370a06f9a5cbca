"""The table of limits agrees with botocore's service models: with their shapes, and with sentences in their documentation.

The models are those in the environment `runtime`, which locks the newest boto3. `make lock` updates them.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from queuesmith.rules import limits
from queuesmith.rules.limits import Range
from queuesmith.rules.runtimes import RUNTIMES
from tests.conftest import python_of

OLDEST = (1, 44, 8)
"""The first botocore release with timeouts of 5,400 s."""


@dataclass(frozen=True)
class Member:
    """A structure member in a service's model. Its shape gives both ends of a Range, or the largest number."""

    service: str
    structure: str
    name: str
    upper_end_only: bool = False


@dataclass(frozen=True)
class Sentence:
    """A sentence in a member's documentation. `{low}` and `{high}` stand for the ends of a Range, `{high}` for a number."""

    service: str
    structure: str
    name: str
    text: str


def of_mapping(name: str, text: str) -> Sentence:
    return Sentence("lambda", "CreateEventSourceMappingRequest", name, text)


def of_pollers(name: str, text: str) -> Sentence:
    return Sentence("lambda", "ProvisionedPollerConfig", name, text)


def of_function(name: str, text: str) -> Sentence:
    return Sentence("lambda", "CreateFunctionRequest", name, text)


def of_queue(text: str) -> Sentence:
    return Sentence("sqs", "SetQueueAttributesRequest", "Attributes", text)


def of_alarm(text: str) -> Sentence:
    return Sentence("cloudwatch", "PutMetricAlarmInput", "Period", text)


IN_MODELS: dict[str, tuple[Member | Sentence, ...]] = {
    "VISIBILITY_TIMEOUT": (
        of_queue("The visibility timeout for the queue, in seconds. Valid values: An integer from {low} to {high} "),
    ),
    "RETENTION": (of_queue("An integer representing seconds, from {low} (1 minute) to {high} (14 days)"),),
    "DELAY": (of_queue("is delayed. Valid values: An integer from {low} to {high} "),),
    "MESSAGE_SIZE": (of_queue("An integer from {low} bytes (1 KiB) up to {high} bytes (1 MiB)"),),
    "RECEIVE_WAIT_TIME": (of_queue("An integer from {low} to {high} (seconds)"),),
    "DATA_KEY_REUSE_PERIOD": (of_queue("between {low} seconds (1 minute) and {high} seconds (24 hours)"),),
    "REDRIVE_SOURCES": (of_queue("You can specify up to {high} source queue ARNs"),),
    "QUEUE_NAME_LENGTH": (
        Sentence("sqs", "CreateQueueRequest", "QueueName", "A queue name can have up to {high} characters."),
    ),
    "BATCH_SIZE": (
        Member("lambda", "CreateEventSourceMappingRequest", "BatchSize"),
        of_mapping("BatchSize", "For standard queues the max is {high}."),
    ),
    "FIFO_BATCH_SIZE": (of_mapping("BatchSize", "For FIFO queues the max is {high}."),),
    "LARGEST_BATCH_WITHOUT_WINDOW": (
        of_mapping("MaximumBatchingWindowInSeconds", "BatchSize to a value greater than {high}, you must"),
    ),
    "BATCHING_WINDOW": (Member("lambda", "CreateEventSourceMappingRequest", "MaximumBatchingWindowInSeconds"),),
    "MAXIMUM_CONCURRENCY": (Member("lambda", "ScalingConfig", "MaximumConcurrency"),),
    "MINIMUM_POLLERS": (
        Member("lambda", "ProvisionedPollerConfig", "MinimumPollers", upper_end_only=True),  # 1 is for Kafka
        of_pollers("MinimumPollers", "For Amazon SQS events source mappings, default is 2, and minimum {low} required."),
    ),
    "MAXIMUM_POLLERS": (
        Member("lambda", "ProvisionedPollerConfig", "MaximumPollers", upper_end_only=True),
        of_pollers("MaximumPollers", "For Amazon SQS event source mappings, the accepted range is between {low} and {high},"),
    ),
    "FILTER_LENGTH": (Member("lambda", "Filter", "Pattern"),),
    "FUNCTION_TIMEOUT": (
        Member("lambda", "CreateFunctionRequest", "Timeout"),
        of_function("Timeout", "support a maximum allowed value of {high} seconds"),
    ),
    "ORDINARY_FUNCTION_TIMEOUT": (of_function("Timeout", "and the maximum allowed value is {high} seconds."),),
    "MEMORY": (Member("lambda", "CreateFunctionRequest", "MemorySize"),),
    "EPHEMERAL_STORAGE": (
        Member("lambda", "EphemeralStorage", "Size"),
        of_function("EphemeralStorage", "AcceleratorConfig, the maximum is {high} MB."),
    ),
    "ORDINARY_EPHEMERAL_STORAGE": (of_function("EphemeralStorage", "any whole number between {low} and {high} MB."),),
    "FUNCTION_NAME_LENGTH": (of_function("FunctionName", "it is limited to {high} characters in length"),),
    "ROLE_NAME_LENGTH": (Member("iam", "CreateRoleRequest", "RoleName"),),
    "EVENT_RULE_NAME_LENGTH": (Member("events", "PutRuleRequest", "Name"),),
    "SCHEDULE_NAME_LENGTH": (Member("scheduler", "CreateScheduleInput", "Name"),),
    "FLEXIBLE_WINDOW": (Member("scheduler", "FlexibleTimeWindow", "MaximumWindowInMinutes"),),
    "SCHEDULE_EVENT_AGE": (Member("scheduler", "RetryPolicy", "MaximumEventAgeInSeconds"),),
    "SCHEDULE_RETRIES": (Member("scheduler", "RetryPolicy", "MaximumRetryAttempts"),),
    "TABLE_NAME_LENGTH": (Member("dynamodb", "TableDescription", "TableName"),),
    "LOG_RETENTIONS": (Sentence("logs", "PutRetentionPolicyRequest", "retentionInDays", "Possible values are: {high}."),),
    "SHORT_ALARM_PERIODS": (of_alarm("Valid values are {high}, and any multiple of"),),
    "ALARM_PERIOD_STEP": (of_alarm("any multiple of {high}."),),
    "ALARM_SPAN": (of_alarm("can't be more than {high} seconds."),),
    "SHORT_ALARM_SPAN": (of_alarm("can't be longer than one day ({high} seconds)"),),
    "LONG_ALARM_PERIOD": (of_alarm("a period of less than one hour ({high} seconds)"),),
}
_PROVIDER = "the AWS provider's: tests/terraform asks provider 5.100 itself"
_ADVICE = "our own advice, or AWS's, which nothing refuses"
_GUIDE = "in AWS's guides only"
NOT_IN_MODELS = {
    "MESSAGE_SIZE_IN_OLDEST_PROVIDER": _PROVIDER,
    "FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER": _PROVIDER,
    "MEMORY_OF_OLDEST_PROVIDER": _PROVIDER,
    "EPHEMERAL_STORAGE_OF_OLDEST_PROVIDER": _PROVIDER,
    **dict.fromkeys(("LEAST_RECEIVES_WITH_LAMBDA", "VISIBILITY_TO_TIMEOUT", "LONG_TIMEOUT", "LONG_RECORD"), _ADVICE),
    **dict.fromkeys(("RUNTIME_NOTICE_DAYS", "SHORT_RETENTION"), _ADVICE),
    **dict.fromkeys(("PAUSE", "OUTAGE"), "our own: a circuit breaker's pauses, and the outage that they must outlast"),
    **dict.fromkeys(("MESSAGE_RATE", "PEAK_LENGTH", "MESSAGE_GROUPS"), "our own: what the capacity model is tested with"),
    "BACKOFF": "VISIBILITY_TIMEOUT, but for 0",
    "SHIFT_PERCENT": _GUIDE,
    "SHIFT_MINUTES": _GUIDE,
    "KEPT_VERSIONS": "our own: the current version and the one to return to",
    "ENVIRONMENT_NAME_LENGTH": "our own: the shortest limit of the names that are made of it",
    "IN_FLIGHT": "in the SQS developer guide's quotas; the models name it only in an operation's text",
    "DURABLE_EXECUTION": "in the Lambda developer guide only",
    "MANAGED_DURABLE_EXECUTION": "in the Lambda developer guide only",
    "MESSAGE_CONCURRENCY": "our own: below the 1,024 threads and processes of AWS's guide",
    "MAX_RECEIVE_COUNT": _GUIDE,
    "FILTERS": _GUIDE,
    "DEFAULT_FILTER_QUOTA": _GUIDE,
    "FILTER_KEYS": _GUIDE,
    "ENVELOPE_KEYS": _GUIDE,
    "ORDINARY_MEMORY": _GUIDE,
    "LAYERS": _GUIDE,
    "SNAP_START_EPHEMERAL_STORAGE": _GUIDE,
    "ENVIRONMENT_SIZE": _GUIDE,
}
"""Limits that are not in the models, each with its source."""
RUNTIMES_LEFT_OUT = {
    "nodejs26.x": "in preview",
    "python3.15": "in preview",
    "custom": "a runtime of the customer's own, which AWS does not end",
}
_ASK = """
import json, sys
import botocore, botocore.loaders
loader, shapes, answers = botocore.loaders.Loader(), {}, []
for service, structure, name in json.load(sys.stdin):
    if service not in shapes:
        shapes[service] = loader.load_service_model(service, "service-2")["shapes"]
    member = shapes[service][structure]["members"][name]
    shape = shapes[service][member["shape"]]
    text = member.get("documentation", "") + shape.get("documentation", "")
    answers.append({"text": text, **{key: shape[key] for key in ("min", "max", "enum") if key in shape}})
print(json.dumps({"version": botocore.__version__, "answers": answers}))
"""


@dataclass(frozen=True)
class Models:
    """The models' data about the requested members."""

    version: str
    members: Mapping[tuple[str, str, str], Mapping[str, Any]]

    def text(self, sentence: Sentence) -> str:
        """The documentation of a member, without markup."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", self.members[_place(sentence)]["text"]))


def _place(fact: Member | Sentence) -> tuple[str, str, str]:
    return fact.service, fact.structure, fact.name


def _as_documented(value: Any) -> dict[str, str]:
    """The ends of a limit, formatted as in AWS's documentation."""
    if isinstance(value, Range):
        return {"low": f"{value.low:,}", "high": f"{value.high:,}"}
    if isinstance(value, tuple):
        *most, last = map(str, value)
        return {"high": ", ".join([*most, last if len(value) < 4 else f"and {last}"])}
    return {"high": f"{value:,}"}


@pytest.fixture(scope="module")
def models() -> Models:
    """The models of the newest locked botocore."""
    places = list(dict.fromkeys(_place(fact) for facts in IN_MODELS.values() for fact in facts))
    places.append(("lambda", "CreateFunctionRequest", "Runtime"))
    result = subprocess.run(
        [python_of("runtime"), "-c", _ASK], input=json.dumps(places), capture_output=True, text=True, check=True
    )
    answer = json.loads(result.stdout)
    return Models(answer["version"], dict(zip(places, answer["answers"], strict=True)))


def test_the_models_are_new_enough(models: Models) -> None:
    assert tuple(map(int, models.version.split("."))) >= OLDEST


def test_each_limit_is_compared_or_has_a_reason_not_to_be() -> None:
    kinds = (Range, int, tuple, frozenset)
    every = {name for name, value in vars(limits).items() if name.isupper() and isinstance(value, kinds)}
    assert IN_MODELS.keys() | NOT_IN_MODELS.keys() == every
    assert not IN_MODELS.keys() & NOT_IN_MODELS.keys()


@pytest.mark.parametrize("name", IN_MODELS)
def test_limit_equals_the_service_model(name: str, models: Models) -> None:
    value = getattr(limits, name)
    for fact in IN_MODELS[name]:
        if isinstance(fact, Sentence):
            assert fact.text.format(**_as_documented(value)) in models.text(fact)
            continue
        shape = models.members[_place(fact)]
        expected = value.high if isinstance(value, Range) else value
        assert shape["max"] == expected
        if isinstance(value, Range) and not fact.upper_end_only:
            assert shape["min"] == value.low


def test_runtime_table_has_all_runtimes_of_the_service_model(models: Models) -> None:
    every = models.members["lambda", "CreateFunctionRequest", "Runtime"]["enum"]
    assert set(every) == RUNTIMES.keys() | RUNTIMES_LEFT_OUT.keys()


def test_longest_visibility_timeout_is_within_the_sqs_limit() -> None:
    """Otherwise QL001 and QL002 would ask for a visibility timeout that QL003 refuses."""
    longest = limits.recommended_visibility_timeout(limits.FUNCTION_TIMEOUT.high, limits.BATCHING_WINDOW.high)
    assert longest in limits.VISIBILITY_TIMEOUT
