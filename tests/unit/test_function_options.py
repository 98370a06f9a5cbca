"""Options of a worker's function and mapping, and the permissions that they add."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cdktf import TerraformStack
from cdktf import Testing as Synthesis

from queuesmith.constructs import QueueWorker
from tests.unit.conftest import Synthesized, Worker, only
from tests.unit.function_options import ACCOUNT, KEY, granted, statements, variables

LAYER = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:tools:3"
SIGNING = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:code-signing-config:csc-0a1b2c3d4e5f60718"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"


@pytest.mark.parametrize(
    ("option", "attribute", "value"),
    [
        ({"ephemeral_storage": 1_024}, "ephemeral_storage", {"size": 1_024}),
        ({"layers": [LAYER]}, "layers", [LAYER]),
        ({"tracing": True}, "tracing_config", {"mode": "Active"}),
        ({"code_signing": SIGNING}, "code_signing_config_arn", SIGNING),
        ({"environment_kms_key": KEY}, "kms_key_arn", KEY),
        ({"alias": "live"}, "publish", True),
        ({"alias": "live", "snap_start": True}, "snap_start", {"apply_on": "PublishedVersions"}),
        (
            {"vpc": {"subnets": ["subnet-1", "subnet-2"], "security_groups": ["sg-1"]}},
            "vpc_config",
            {"subnet_ids": ["subnet-1", "subnet-2"], "security_group_ids": ["sg-1"]},
        ),
    ],
)
def test_option_is_synthesized_only_if_it_is_set(
    synthesized: Synthesized, option: dict[str, Any], attribute: str, value: object
) -> None:
    assert only(synthesized(function=option), "aws_lambda_function")[attribute] == value
    assert attribute not in only(synthesized(), "aws_lambda_function")


def test_recursion_is_configured_only_if_loops_are_allowed(synthesized: Synthesized) -> None:
    config = only(synthesized(function={"recursive_loop": "Allow"}), "aws_lambda_function_recursion_config")
    function = "${aws_lambda_function.orders_function_71601F08.function_name}"
    assert config == {"function_name": function, "recursive_loop": "Allow"}
    assert "aws_lambda_function_recursion_config" not in synthesized()["resource"]


def test_role_has_the_boundary_and_path_of_the_settings(synthesized: Synthesized) -> None:
    role = only(synthesized(function={"permissions_boundary": BOUNDARY, "role_path": "/workers/"}), "aws_iam_role")
    assert (role["permissions_boundary"], role["path"]) == (BOUNDARY, "/workers/")
    assert {"permissions_boundary", "path"}.isdisjoint(only(synthesized(), "aws_iam_role"))


def test_vpc_function_can_create_interfaces_but_its_code_cannot(synthesized: Synthesized) -> None:
    stack = synthesized(function={"vpc": {"subnets": ["subnet-1"], "security_groups": ["sg-1"]}})
    join, leave = statements(stack)
    assert (join["Effect"], leave["Effect"]) == ("Allow", "Deny")
    assert join["Action"] == leave["Action"]
    assert "ec2:CreateNetworkInterface" in join["Action"]
    assert leave["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"].endswith(":function:test-orders")
    assert only(stack, "aws_lambda_function")["depends_on"] == ["aws_iam_role_policy.orders_function_policy_80B80876"]


def test_tracing_permission_is_granted_only_with_tracing(synthesized: Synthesized) -> None:
    assert granted(synthesized(function={"tracing": True})) == [(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")]
    assert granted(synthesized()) == []


def test_function_can_decrypt_its_environment(synthesized: Synthesized) -> None:
    assert granted(synthesized(function={"environment_kms_key": KEY})) == [("kms:Decrypt", KEY)]


def test_two_uses_of_one_key_are_one_statement(synthesized: Synthesized) -> None:
    stack = synthesized(function={"environment_kms_key": KEY}, queue={"kms_key": KEY})
    assert granted(stack) == [("kms:Decrypt", KEY)]


def test_mapping_calls_the_alias_of_the_newest_version(synthesized: Synthesized) -> None:
    stack = synthesized(function={"alias": "live"})
    alias, mapping = only(stack, "aws_lambda_alias"), only(stack, "aws_lambda_event_source_mapping")
    assert (alias["name"], alias["function_version"]) == ("live", "${aws_lambda_function.orders_function_71601F08.version}")
    assert mapping["function_name"] == "${aws_lambda_alias.orders_function_alias_956740FA.arn}"


def test_log_group_has_the_class_and_key_of_the_settings(synthesized: Synthesized) -> None:
    group = only(synthesized(logs={"group_class": "INFREQUENT_ACCESS", "kms_key": KEY}), "aws_cloudwatch_log_group")
    assert (group["log_group_class"], group["kms_key_id"]) == ("INFREQUENT_ACCESS", KEY)
    assert {"log_group_class", "kms_key_id"}.isdisjoint(only(synthesized(), "aws_cloudwatch_log_group"))


@pytest.mark.parametrize(
    ("option", "attribute", "value"),
    [
        ({"maximum_concurrency": 5}, "scaling_config", {"maximum_concurrency": 5}),
        ({"pollers": {"minimum": 2, "maximum": 9}}, "provisioned_poller_config", {"minimum_pollers": 2, "maximum_pollers": 9}),
        (
            {"filters": [{"body": {"kind": ["order"]}}, '{"body":{"a":[1]}}']},
            "filter_criteria",
            {"filter": [{"pattern": '{"body":{"kind":["order"]}}'}, {"pattern": '{"body":{"a":[1]}}'}]},
        ),
        ({"filters": [{"body": {"a": [1]}}], "filters_kms_key": KEY}, "kms_key_arn", KEY),
        ({"metrics": True}, "metrics_config", {"metrics": ["EventCount"]}),
        ({"enabled": False}, "enabled", False),
    ],
)
def test_mapping_option_is_synthesized_only_if_it_is_set(
    synthesized: Synthesized, option: dict[str, Any], attribute: str, value: object
) -> None:
    assert only(synthesized(source=option), "aws_lambda_event_source_mapping")[attribute] == value
    assert attribute not in only(synthesized(), "aws_lambda_event_source_mapping")


def test_partial_batch_responses_are_on_by_default(synthesized: Synthesized) -> None:
    on, off = (
        only(synthesized(source=source), "aws_lambda_event_source_mapping")
        for source in ({}, {"partial_batch_responses": False})
    )
    assert on["function_response_types"] == ["ReportBatchItemFailures"]
    assert "function_response_types" not in off


def test_mapping_has_its_own_tags_in_addition_to_the_workers(synthesized: Synthesized) -> None:
    mapping = only(synthesized(tags={"a": "1"}, source={"tags": {"b": "2"}}), "aws_lambda_event_source_mapping")
    assert mapping["tags"] == {"worker": "orders", "a": "1", "b": "2"}


ARN = "arn:aws:{}:eu-west-1:111111111111:{}"
ENCRYPT = ["kms:GenerateDataKey", "kms:Decrypt"]


@pytest.mark.parametrize(
    ("access", "expected", "value"),
    [
        (
            {"tables": {"orders": {"access": "write", "variable": "X"}}},
            [
                (
                    ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"],
                    "${aws_dynamodb_table.tables_orders_table_4FC6499E.arn}",
                )
            ],
            "${aws_dynamodb_table.tables_orders_table_4FC6499E.name}",
        ),
        (
            {"buckets": {"a": {"arn": "arn:aws:s3:::a", "prefix": "in/", "access": "read", "kms_key": KEY, "variable": "X"}}},
            [("s3:GetObject", "arn:aws:s3:::a/in/*"), ("kms:Decrypt", KEY)],
            "a",
        ),
        (
            {"buckets": {"a": {"arn": "arn:aws:s3:::a", "prefix": "in/", "access": "write", "kms_key": KEY, "variable": "X"}}},
            [(["s3:PutObject", "s3:AbortMultipartUpload"], "arn:aws:s3:::a/in/*"), (ENCRYPT, KEY)],
            "a",
        ),
        (
            {"topics": {"a": {"arn": ARN.format("sns", "done"), "kms_key": KEY, "variable": "X"}}},
            [("sns:Publish", ARN.format("sns", "done")), (ENCRYPT, KEY)],
            ARN.format("sns", "done"),
        ),
        (
            {"queues": {"a": {"arn": ARN.format("sqs", "mail"), "variable": "X"}}},
            [("sqs:SendMessage", ARN.format("sqs", "mail"))],
            "https://sqs.eu-west-1.amazonaws.com/111111111111/mail",
        ),
        (
            {"secrets": {"a": {"arn": ARN.format("secretsmanager", "secret:a-AbCdEf"), "kms_key": KEY, "variable": "X"}}},
            [("secretsmanager:GetSecretValue", ARN.format("secretsmanager", "secret:a-AbCdEf")), ("kms:Decrypt", KEY)],
            ARN.format("secretsmanager", "secret:a-AbCdEf"),
        ),
        (
            {"parameters": {"a": {"arn": ARN.format("ssm", "parameter/a"), "variable": "X"}}},
            [(["ssm:GetParameter", "ssm:GetParameters"], ARN.format("ssm", "parameter/a"))],
            ARN.format("ssm", "parameter/a"),
        ),
        ({"keys": {"a": {"arn": KEY, "operations": ["Decrypt"], "variable": "X"}}}, [("kms:Decrypt", KEY)], KEY),
    ],
    ids=["table", "bucket read", "bucket write", "topic", "queue", "secret", "parameter", "key"],
)
def test_resource_is_granted_and_named_in_its_variable(
    synthesized: Synthesized, access: dict[str, Any], expected: list[tuple[Any, Any]], value: str
) -> None:
    stack = synthesized(**access)
    assert granted(stack) == expected
    assert variables(stack)["X"] == value


def test_secret_name_is_resolved_by_a_data_source(synthesized: Synthesized) -> None:
    stack = synthesized(secrets={"mail": {"name": "shop/mail", "variable": "MAIL"}})
    (data,) = stack["data"]["aws_secretsmanager_secret"].items()
    assert data[1] == {"name": "shop/mail"}
    assert variables(stack)["MAIL"] == f"${{data.aws_secretsmanager_secret.{data[0]}.arn}}"


def test_parameter_name_refers_to_this_account(synthesized: Synthesized) -> None:
    stack = synthesized(parameters={"limit": {"name": "/shop/limit", "variable": "LIMIT"}})
    assert variables(stack)["LIMIT"].startswith("arn:${data.aws_arn.")
    assert variables(stack)["LIMIT"].endswith(":parameter/shop/limit")
    assert granted(stack)[0][1] == variables(stack)["LIMIT"]


def test_own_stack_can_grant_access_to_its_resources(worker: Worker) -> None:
    stack = TerraformStack(Synthesis.app(), "theirs")
    orders = QueueWorker(stack, "orders", worker())
    orders.allow_table("arn:aws:dynamodb:eu-west-1:111111111111:table/a", "read")
    orders.allow_objects("arn:aws:s3:::a", "in/", "read")
    orders.allow_secret_read(ARN.format("secretsmanager", "secret:a-AbCdEf"))
    orders.allow_parameter_read(ARN.format("ssm", "parameter/a"), KEY)
    orders.allow_publish(ARN.format("sns", "done"))
    orders.allow_send(ARN.format("sqs", "mail"))
    found = granted(json.loads(Synthesis.synth(stack)))
    assert [actions if isinstance(actions, str) else actions[0] for actions, _ in found] == [
        "dynamodb:GetItem",
        "s3:GetObject",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "kms:Decrypt",
        "sns:Publish",
        "sqs:SendMessage",
    ]
    assert len(orders.function.grants) == len(found)


@pytest.mark.parametrize("method", ["allow_table", "allow_objects"])
def test_unknown_kind_of_access_is_refused(method: str, worker: Worker) -> None:
    orders = QueueWorker(TerraformStack(Synthesis.app(), "theirs"), "orders", worker())
    arguments = {"allow_table": ["arn:aws:dynamodb:eu-west-1:111111111111:table/a"], "allow_objects": ["arn:aws:s3:::a", "in/"]}
    with pytest.raises(ValueError, match="kind is 'wirte', but must be 'read' or 'write' or 'read_write'"):
        getattr(orders, method)(*arguments[method], "wirte")
