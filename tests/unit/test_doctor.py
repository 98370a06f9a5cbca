"""AWS's responses in the rules' model, for cases that the emulator does not have."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.aws.queues import DeployedQueue
from queuesmith.readers.deployed.functions import function_of
from queuesmith.readers.deployed.mappings import consumers, mapping_of
from queuesmith.readers.deployed.part_identity import Identities, PartIdentity
from queuesmith.readers.deployed.queues import queue_of
from queuesmith.rules import (
    Dialect,
    Pipeline,
    Pollers,
    Queue,
    RedriveAllowPolicy,
    RedrivePolicy,
    Unknown,
    check_pipeline,
    defaults,
)
from tests.checking import TODAY
from tests.unit.rules.pipelines import good

FOUND = DeployedQueue("https://sqs/orders", "arn:aws:sqs:eu-central-1:111111111111:orders")
CALLED = PartIdentity(address="orders", dialect=Dialect.DEPLOYED)
DENIED = Unknown("the mapping (access denied: lambda:ListEventSourceMappings)")


def queue_from(wanted: Queue | None = None, **attributes: Any) -> Queue:
    return queue_of(FOUND, attributes, CALLED, wanted)


def test_queue_without_attributes_has_the_defaults_of_sqs() -> None:
    assert queue_from() == Queue(
        **CALLED, name="orders", arns=(FOUND.arn,), data_key_reuse_period=defaults.DATA_KEY_REUSE_PERIOD
    )


def test_all_attributes_of_an_encrypted_fifo_queue_are_read() -> None:
    found = queue_of(
        DeployedQueue("https://sqs/orders.fifo", f"{FOUND.arn}.fifo"),
        {
            "ContentBasedDeduplication": "true",
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
            "KmsMasterKeyId": "alias/orders",
            "KmsDataKeyReusePeriodSeconds": "600",
            "SqsManagedSseEnabled": "false",
            "RedrivePolicy": '{"deadLetterTargetArn": "arn", "maxReceiveCount": "7"}',
            "RedriveAllowPolicy": '{"redrivePermission": "denyAll"}',
        },
        CALLED,
        None,
        ("source",),
    )
    assert (found.fifo, found.content_based_deduplication) == (True, True)
    assert (found.deduplication_scope, found.throughput_limit) == ("messageGroup", "perMessageGroupId")
    assert (found.kms_key, found.data_key_reuse_period, found.sse) == ("alias/orders", 600, False)
    assert (found.redrive_policy, found.redrive_allow_policy) == (RedrivePolicy(7, "arn"), RedriveAllowPolicy("denyAll"))
    assert found.consumers == ("source",)


@pytest.mark.parametrize(
    ("deployed", "wanted", "size"),
    [
        ("262144", None, None),
        ("1048576", None, None),
        ("2048", None, 2048),
        ("262144", 262_144, 262_144),
        ("1048576", 262_144, None),
    ],
)
def test_default_message_size_is_not_explicit(deployed: str, wanted: int | None, size: int | None) -> None:
    assert queue_from(Queue(maximum_message_size=wanted), MaximumMessageSize=deployed).maximum_message_size == size


@pytest.mark.parametrize(
    ("attributes", "what"),
    [
        ({"Policy": "[]"}, "the policy of orders"),
        ({"RedrivePolicy": '{"maxReceiveCount": null}'}, "the maxReceiveCount of orders"),
        ({"RedriveAllowPolicy": '{"sourceQueueArns": []}'}, "the redrive allow policy of orders"),
    ],
)
def test_attributes_that_cannot_be_parsed_are_unknown(attributes: dict[str, Any], what: str) -> None:
    found = queue_from(**attributes)
    inner = (
        found.policy,
        getattr(found.redrive_policy, "max_receive_count", None),
        getattr(found.redrive_allow_policy, "permission", None),
    )
    assert Unknown(what) in inner


def test_queue_that_cannot_be_read_is_unknown_except_for_its_name() -> None:
    found = queue_of(FOUND, DENIED, CALLED, None)
    assert (found.name, found.fifo, found.arns) == ("orders", False, (FOUND.arn,))
    assert found.visibility_timeout == found.redrive_policy == found.policy == found.kms_key == DENIED


@pytest.mark.parametrize(
    ("state", "enabled"),
    [("Enabled", True), ("Enabling", True), ("Disabled", False), ("Disabling", False), ("Deleting", False)],
)
def test_mapping_state_says_whether_it_polls(state: str, *, enabled: bool) -> None:
    assert mapping_of({"State": state}, CALLED).enabled is enabled


@pytest.mark.parametrize("state", ["Creating", "Updating"])
def test_state_of_a_changing_mapping_is_unknown(state: str) -> None:
    assert mapping_of({"State": state}, CALLED).enabled == Unknown(f"whether the mapping polls (its state is {state})")


def test_all_fields_of_a_mapping_are_read() -> None:
    found = mapping_of(
        {
            "State": "Enabled",
            "BatchSize": 50,
            "MaximumBatchingWindowInSeconds": 5,
            "ProvisionedPollerConfig": {"MinimumPollers": 2, "MaximumPollers": 20},
            "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"kind": ["order"]}}'}]},
        },
        CALLED,
    )
    assert (found.batch_size, found.batching_window, found.maximum_concurrency) == (50, 5, None)
    assert (found.pollers, found.response_types) == (Pollers(minimum=2, maximum=20), ())
    assert found.filters == ('{"body": {"kind": ["order"]}}',)


def test_filters_that_cannot_be_decrypted_are_unknown() -> None:
    found = mapping_of({"State": "Enabled", "FilterCriteriaError": {"ErrorCode": "KMSAccessDenied"}}, CALLED)
    assert found.filters == Unknown("the filters of the mapping (KMSAccessDenied)")


def test_consumers_are_the_polling_mappings_with_the_own_one_first() -> None:
    own = {"UUID": "2", "State": "Enabled"}
    others = [{"UUID": uuid, "State": state, "FunctionArn": "other"} for uuid, state in (("1", "Creating"), ("3", "Disabled"))]
    assert consumers([own, *others], own, "source") == ("source", "the mapping 1 of other")
    assert consumers([own], {**own, "State": "Disabled"}, "source") == ()


def test_environment_that_cannot_be_decrypted_is_unknown() -> None:
    answer = {"FunctionName": "orders", "Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "no"}}}
    found = function_of(answer, 0, CALLED, None)
    assert found.environment == Unknown("the environment variables (AccessDeniedException)")
    assert (found.timeout, found.memory, found.log_format, found.reserved_concurrency) == (3, 128, "Text", 0)


def test_an_image_has_neither_runtime_nor_handler() -> None:
    found = function_of({"FunctionName": "orders", "PackageType": "Image", "Runtime": "x", "Handler": "y"}, None, CALLED, None)
    assert (found.runtime, found.handler) == (None, None)


@pytest.mark.parametrize(
    ("answer", "managed"),
    [({}, False), ({"CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig": {}}}, True)],
)
def test_deployed_function_has_its_capacity_provider(answer: dict[str, Any], *, managed: bool) -> None:
    assert function_of({"FunctionName": "orders", **answer}, None, CALLED, None).managed_instances == managed


def test_version_has_its_own_arn_and_that_of_the_function() -> None:
    arn = "arn:aws:lambda:eu-central-1:111111111111:function:orders"
    assert function_of({"FunctionName": "orders", "FunctionArn": f"{arn}:live"}, None, CALLED, None).arns == (
        f"{arn}:live",
        arn,
    )
    assert function_of({"FunctionName": "orders", "FunctionArn": arn}, None, CALLED, None).arns == (arn,)


def test_options_of_published_and_durable_functions_are_read() -> None:
    answer = {
        "FunctionName": "orders",
        "DurableConfig": {"ExecutionTimeout": 900},
        "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"},
        "SnapStart": {"ApplyOn": "PublishedVersions"},
        "TracingConfig": {"Mode": "Active"},
    }
    found = function_of(answer, None, CALLED, None)
    assert (found.durable_timeout, found.tenant_isolation, found.snap_start, found.tracing) == (900, True, True, True)


def test_function_fields_that_only_settings_have_are_kept() -> None:
    wanted = good(
        function={"expected_seconds_per_record": 0.5, "backoff_base": 2, "backoff_cap": 300, "minimum_remaining_time": 1.0}
    )
    for answer in ({"FunctionName": "orders"}, DENIED):
        found = function_of(answer, None, CALLED, wanted.function)
        assert (found.expected_seconds_per_record, found.backoff_base, found.backoff_cap, found.minimum_remaining_time) == (
            0.5,
            2,
            300,
            1,
        )
    assert function_of(DENIED, DENIED, CALLED, None).backoff_cap is None


def test_parts_that_are_not_in_settings_have_their_deployed_names() -> None:
    wanted = good(kms_key=None, dead_letter_queue=Unknown("the DLQ of existing_queue"))
    addresses = Identities(wanted)
    assert addresses.of("queue", "prod-orders") == {"address": "queue", "dialect": Dialect.SETTINGS}
    for part, address in (("key", "own"), ("dead_letter_queue", "queue own")):
        assert addresses.of(part, "own") == {"address": address, "dialect": Dialect.DEPLOYED}
    assert Identities(None).of("queue", "prod-orders") == {"address": "queue prod-orders", "dialect": Dialect.DEPLOYED}
    assert Identities(None).of("function", "prod-orders") == {"address": "function prod-orders", "dialect": Dialect.DEPLOYED}


def test_nothing_is_reported_if_nothing_was_read() -> None:
    pipeline = Pipeline(
        name="orders",
        queue=queue_of(FOUND, DENIED, CALLED, None),
        dead_letter_queue=DENIED,
        function=function_of(DENIED, DENIED, CALLED, None),
        mapping=mapping_of(DENIED, CALLED),
        role=DENIED,
        log_group=DENIED,
        kms_key=DENIED,
        alarms=DENIED,
        deployed=True,
        today=TODAY,
    )
    result = check_pipeline(pipeline)
    assert result.findings == ()
    assert {item.reason for item in result.skipped} == {DENIED.what}
