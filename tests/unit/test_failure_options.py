"""Permissions and variables that the handler needs for failures: only on its own queue, and only if an option asks for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.conftest import Synthesized, Worker, named, only
from tests.unit.function_options import ACCOUNT, KEY, granted, variables

ENCRYPT = ["kms:GenerateDataKey", "kms:Decrypt"]
AT_ONCE: dict[str, Any] = {"send_to_dlq_immediately": True}
BACKOFF: dict[str, Any] = {"backoff": {"base": 5, "cap": 60}}


def of_handler(stack: dict[str, Any]) -> dict[str, str]:
    """The environment variables that queuesmith_worker reads, without the default of WORKER_MAX_RECEIVE_COUNT."""
    told = {name: value for name, value in variables(stack).items() if name.startswith("WORKER_")}
    return {name: value for name, value in told.items() if (name, value) != ("WORKER_MAX_RECEIVE_COUNT", "5")}


def test_without_failure_options_no_permission_or_variable_is_added(synthesized: Synthesized) -> None:
    stack = synthesized()
    assert granted(stack) == []
    assert variables(stack) == {"POWERTOOLS_SERVICE_NAME": "test-orders", "WORKER_MAX_RECEIVE_COUNT": "5"}


def test_send_to_dlq_immediately_grants_sending_to_the_dlq_only(synthesized: Synthesized) -> None:
    stack = synthesized(failures=AT_ONCE)
    ((action, resource),) = granted(stack)
    assert action == "sqs:SendMessage"
    assert resource == only_queue(stack, dead=True, attribute="arn")
    assert of_handler(stack) == {"WORKER_DEAD_LETTER_QUEUE_URL": only_queue(stack, dead=True, attribute="url")}


def test_backoff_grants_changing_visibility_on_the_queue_only(synthesized: Synthesized) -> None:
    stack = synthesized(failures=BACKOFF)
    ((action, resource),) = granted(stack)
    assert action == "sqs:ChangeMessageVisibility"
    assert resource == only_queue(stack, dead=False, attribute="arn")
    assert of_handler(stack) == {
        "WORKER_QUEUE_URL": only_queue(stack, dead=False, attribute="url"),
        "WORKER_BACKOFF_BASE": "5",
        "WORKER_BACKOFF_CAP": "60",
    }


def only_queue(stack: dict[str, Any], *, dead: bool, attribute: str) -> str:
    """The reference to the worker's queue, or to its DLQ."""
    (name,) = (name for name in stack["resource"]["aws_sqs_queue"] if ("dead-letter" in name) is dead)
    return f"${{aws_sqs_queue.{name}.{attribute}}}"


def test_role_can_encrypt_with_the_key_of_the_dlq(synthesized: Synthesized) -> None:
    stack = synthesized(failures=AT_ONCE, queue={"kms_key": KEY})
    assert (ENCRYPT, KEY) in granted(stack)
    assert (ENCRYPT, KEY) not in granted(synthesized(queue={"kms_key": KEY}))


def test_dlq_of_an_existing_queue_is_used(synthesized: Synthesized) -> None:
    arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:theirs"
    existing = {"arn": arn, "dead_letter_queue_arn": f"{arn}-dead"}
    stack = synthesized(existing_queue=existing, failures={**AT_ONCE, **BACKOFF})
    assert granted(stack) == [("sqs:SendMessage", f"{arn}-dead"), ("sqs:ChangeMessageVisibility", arn)]
    assert of_handler(stack)["WORKER_QUEUE_URL"] == f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/theirs"
    assert of_handler(stack)["WORKER_DEAD_LETTER_QUEUE_URL"] == f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/theirs-dead"


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"failures": {"minimum_remaining_time": 2.5}}, {"WORKER_TIME_FLOOR": "2.5"}),
        ({"queue": {"fifo": True, "max_receive_count": 7}}, {"WORKER_MAX_RECEIVE_COUNT": "7"}),
        (
            {"existing_queue": {"arn": "arn:aws:sqs:eu-west-1:111111111111:q.fifo", "max_receive_count": 8}},
            {"WORKER_MAX_RECEIVE_COUNT": "8"},
        ),
        ({"queue": {"max_receive_count": 7}}, {"WORKER_MAX_RECEIVE_COUNT": "7"}),
        (
            {"existing_queue": {"arn": "arn:aws:sqs:eu-west-1:111111111111:q", "max_receive_count": 8}},
            {"WORKER_MAX_RECEIVE_COUNT": "8"},
        ),
        ({"existing_queue": {"arn": "arn:aws:sqs:eu-west-1:111111111111:q"}}, {}),
        ({"source": {"partial_batch_responses": False}}, {"WORKER_PARTIAL_BATCH_RESPONSES": "false"}),
        ({"function": {"tracing": True}}, {"WORKER_TRACING": "true"}),
        ({"function": {"message_concurrency": 10}}, {"WORKER_CONCURRENCY": "10"}),
    ],
)
def test_handler_gets_its_settings_as_variables(
    synthesized: Synthesized, settings: dict[str, Any], variable: dict[str, str]
) -> None:
    assert of_handler(synthesized(**settings)) == variable


@pytest.mark.parametrize("size", [2_048, 1_048_576, None])
def test_handler_gets_the_maximum_size_of_a_dlq_copy(synthesized: Synthesized, size: int | None) -> None:
    arn = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:theirs"
    existing = {"arn": arn, "dead_letter_queue_arn": f"{arn}-dead", "maximum_message_size": size}
    told = of_handler(synthesized(existing_queue=existing, failures=AT_ONCE))
    assert told.get("WORKER_MAX_MESSAGE_SIZE") == (str(size) if size else None)
    assert "WORKER_MAX_MESSAGE_SIZE" not in of_handler(synthesized(existing_queue=existing))
    if size == 2_048:
        told = of_handler(synthesized(queue={"maximum_message_size": size}, failures=AT_ONCE))
        assert told["WORKER_MAX_MESSAGE_SIZE"] == "2048"


def test_numbers_known_after_apply_stay_tokens(worker: Worker) -> None:
    from cdktf import TerraformStack, TerraformVariable
    from cdktf import Testing as Synthesis

    from queuesmith.constructs import QueueWorker

    stack = TerraformStack(Synthesis.app(), "test")
    number = TerraformVariable(stack, "number", type="number").number_value
    QueueWorker(
        stack, "orders", worker(failures={"minimum_remaining_time": number, "backoff": {"base": number, "cap": number}})
    )
    told = of_handler(json.loads(Synthesis.synth(stack)))
    assert {told[f"WORKER_{name}"] for name in ("TIME_FLOOR", "BACKOFF_BASE", "BACKOFF_CAP")} == {"${var.number}"}


def test_handler_reads_the_variables_that_are_set(synthesized: Synthesized) -> None:
    """Each variable that the stack sets is a setting of the toolkit."""
    from queuesmith_worker import HandlerSettings

    queue = {"fifo": True, "max_receive_count": 7, "maximum_message_size": 2_048}
    everything = synthesized(
        queue=queue,
        failures={**AT_ONCE, **BACKOFF, "minimum_remaining_time": 2, "circuit_breaker": {"outage": 100}},
        large_messages={"bucket": "arn:aws:s3:::large", "prefix": "a/", "delete_after_success": True},
        function={"tracing": True, "message_concurrency": 10},
    )
    known = {field.alias for field in HandlerSettings.model_fields.values()}
    without_partial = of_handler(synthesized(source={"partial_batch_responses": False}))
    told = {*of_handler(everything), *without_partial}
    assert told == {alias for alias in known if alias and alias.startswith("WORKER_")}
    assert HandlerSettings.from_environment(of_handler(everything)).worker_backoff_cap == 60


def test_circuit_breaker_gives_messages_enough_attempts(synthesized: Synthesized) -> None:
    stack = synthesized(
        environment={"tables": {"circuits": {"partition_key": "id", "time_to_live": "expiration"}}},
        tables={"circuits": {"access": "circuit_breaker", "variable": "CIRCUIT_TABLE"}},
        failures={**BACKOFF, "circuit_breaker": {"outage": 600, "base": 100, "cap": 200}},
    )
    told = of_handler(stack)
    assert (told["WORKER_PAUSE_BASE"], told["WORKER_PAUSE_CAP"], told["WORKER_MAX_RECEIVE_COUNT"]) == ("100", "200", "9")
    assert json.loads(named(stack, "aws_sqs_queue", "orders_queue_B32D019B")["redrive_policy"])["maxReceiveCount"] == 9
    (actions, _), (change_visibility, _) = granted(stack)
    assert actions == [f"dynamodb:{operation}" for operation in ("GetItem", "PutItem", "UpdateItem")]
    assert change_visibility == "sqs:ChangeMessageVisibility"


@pytest.mark.parametrize(
    ("settings", "actions", "resource", "told"),
    [
        ({}, "s3:GetObject", "arn:aws:s3:::large/*", {}),
        ({"prefix": "a/"}, "s3:GetObject", "arn:aws:s3:::large/a/*", {"WORKER_LARGE_MESSAGES_PREFIX": "a/"}),
        (
            {"delete_after_success": True},
            ["s3:GetObject", "s3:DeleteObject"],
            "arn:aws:s3:::large/*",
            {"WORKER_LARGE_MESSAGES_DELETE": "true"},
        ),
    ],
    ids=["default", "prefix", "delete"],
)
def test_large_messages_grant_access_to_their_objects_only(
    synthesized: Synthesized, settings: dict[str, Any], actions: object, resource: str, told: dict[str, str]
) -> None:
    stack = synthesized(large_messages={"bucket": "arn:aws:s3:::large", **settings})
    assert granted(stack) == [(actions, resource)]
    assert of_handler(stack) == {"WORKER_LARGE_MESSAGES_BUCKET": "large", **told}


def test_idempotency_grants_four_actions_on_a_table_with_ttl(synthesized: Synthesized) -> None:
    stack = synthesized(
        environment={"tables": {"done": {"partition_key": "id", "time_to_live": "expiration"}}},
        tables={"done": {"access": "idempotency", "variable": "DONE_TABLE"}},
    )
    assert only(stack, "aws_dynamodb_table")["ttl"] == {"attribute_name": "expiration", "enabled": True}
    ((actions, _),) = granted(stack)
    assert actions == [f"dynamodb:{operation}" for operation in ("GetItem", "PutItem", "UpdateItem", "DeleteItem")]
