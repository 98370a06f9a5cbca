"""The customer managed key of an environment: who uses it, who is allowed to, and what the rules check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from queuesmith.readers.settings.pipeline import WorkerContext, settings_pipeline
from queuesmith.readers.terraform.input import from_json
from queuesmith.readers.terraform.pipelines import pipelines_in
from queuesmith.rules import Pipeline
from queuesmith.rules.book import check_pipeline
from queuesmith.settings.encryption import CREATED_KEY
from tests.checking import TODAY
from tests.unit.conftest import Synthesized, Worker, only
from tests.unit.settings_files import GOOD, read

CREATE = {"encryption": {"key": "create"}}
ACCOUNT = "111111111111"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
OWN = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/99999999-2222-3333-4444-555555555555"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:new-orders"
TOPICS: dict[str, Any] = {"topics": {"shop-orders": {"arn": TOPIC}}}
PRODUCERS = {**TOPICS, "principals": [f"arn:aws:iam::{ACCOUNT}:role/shop"]}
TABLES: dict[str, Any] = {"tables": {"orders": {"operations": ["PutItem"], "variable": "ORDERS_TABLE"}}}


def policy(stack: dict[str, Any]) -> dict[str, Any]:
    """The statements of the created key's policy, by id."""
    document = stack["resource"]["aws_kms_key_policy"]["encryption"]["policy"]
    return {statement["Sid"]: statement for statement in json.loads(document)["Statement"]}


def keys_in_use(stack: dict[str, Any]) -> dict[str, Any]:
    """The key of each resource that can have one."""
    resources = stack["resource"]
    return {
        "queues": {queue.get("kms_master_key_id") for queue in resources["aws_sqs_queue"].values()},
        "table": only(stack, "aws_dynamodb_table").get("server_side_encryption", {}).get("kms_key_arn"),
        "log group": only(stack, "aws_cloudwatch_log_group").get("kms_key_id"),
        "variables": only(stack, "aws_lambda_function").get("kms_key_arn"),
        "alarm topic": only(stack, "aws_sns_topic")["kms_master_key_id"],
    }


@pytest.mark.parametrize(("key", "arn"), [("create", CREATED_KEY), (KEY, KEY)])
def test_everything_uses_the_key(key: str, arn: str, synthesized: Synthesized) -> None:
    stack = synthesized({"encryption": {"key": key}}, **TABLES)
    in_use = {"queues": {arn}, "table": arn, "log group": arn, "variables": arn, "alarm topic": arn}
    assert keys_in_use(stack) == in_use
    assert list(stack["resource"].get("aws_kms_key", {})) == (["encryption"] if key == "create" else [])


def test_without_encryption_only_the_alarm_topic_has_a_key(synthesized: Synthesized) -> None:
    in_use = keys_in_use(synthesized())
    assert in_use.pop("alarm topic").startswith("${aws_kms_key.alarm-topic_key_")
    assert in_use == {"queues": {None}, "table": None, "log group": None, "variables": None}


def test_a_key_of_their_own_wins(synthesized: Synthesized) -> None:
    stack = synthesized(
        {**CREATE, "tables": {"orders": {"partition_key": "order_id", "kms_key": OWN}}},
        queue={"kms_key": "alias/aws/sqs"},
        function={"environment_kms_key": OWN},
        logs={"kms_key": OWN},
    )
    expected = {"queues": {"alias/aws/sqs"}, "table": OWN, "log group": OWN, "variables": OWN, "alarm topic": CREATED_KEY}
    assert keys_in_use(stack) == expected
    assert list(policy(stack)) == ["TheAccountManagesTheKey", "AlarmsUseTheKey"]


def test_existing_queue_keeps_its_own_encryption(synthesized: Synthesized) -> None:
    stack = synthesized(CREATE, existing_queue={"arn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:theirs"})
    statements = json.loads(only(stack, "aws_iam_role_policy")["policy"])["Statement"]
    of_the_key = [each["Action"] for each in statements if each["Resource"] == CREATED_KEY]
    assert of_the_key == ["kms:Decrypt"]  # only the environment variables


def test_key_rotates_and_its_policy_names_its_users(synthesized: Synthesized) -> None:
    stack = synthesized(CREATE, producers=PRODUCERS)
    key = stack["resource"]["aws_kms_key"]["encryption"]
    assert (key["enable_key_rotation"], key["deletion_window_in_days"]) == (True, 30)
    (alias,) = stack["resource"]["aws_kms_alias"].values()
    assert (alias["name"], alias["target_key_id"]) == ("alias/test-workers", "${aws_kms_key.encryption.key_id}")
    statements = policy(stack)
    assert {sid: each["Principal"] for sid, each in statements.items()} == {
        "TheAccountManagesTheKey": {"AWS": statements["TheAccountManagesTheKey"]["Principal"]["AWS"]},
        "LogGroupsUseTheKey": {"Service": "logs.eu-west-1.amazonaws.com"},
        "AlarmsUseTheKey": {"Service": "cloudwatch.amazonaws.com"},
        "OrdersTopicsShopOrders": {"Service": "sns.amazonaws.com"},
        "OrdersPrincipal1": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/shop"},
    }
    (log_group,) = statements["LogGroupsUseTheKey"]["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"]
    assert log_group.endswith(":log-group:/aws/lambda/test-orders")
    topic = statements["OrdersTopicsShopOrders"]["Condition"]
    assert topic["ArnEqualsIfExists"] == {"aws:SourceArn": TOPIC}
    assert statements["OrdersPrincipal1"]["Condition"] == {"StringLike": {"kms:ViaService": "sqs.*.amazonaws.com*"}}
    assert "orders_key_policy_statements" not in stack["output"]


def test_log_groups_wait_for_the_policy(synthesized: Synthesized) -> None:
    """CloudWatch Logs refuses to create a log group with a key that it is not allowed to use."""
    assert only(synthesized(CREATE), "aws_cloudwatch_log_group")["depends_on"] == ["aws_kms_key_policy.encryption"]


def test_owner_of_an_existing_key_gets_the_statements(synthesized: Synthesized) -> None:
    stack = synthesized({"encryption": {"key": KEY}}, producers=PRODUCERS)
    statements = json.loads(stack["output"]["encryption_key_policy_statements"]["value"])
    sids = ["LogGroupsUseTheKey", "AlarmsUseTheKey", "OrdersTopicsShopOrders", "OrdersPrincipal1"]
    assert [each["Sid"] for each in statements] == sids
    assert "depends_on" not in only(stack, "aws_cloudwatch_log_group")


def test_role_can_use_an_encrypted_table(synthesized: Synthesized) -> None:
    stack = synthesized({"tables": {"orders": {"partition_key": "order_id", "kms_key": OWN}}}, **TABLES)
    statements = json.loads(only(stack, "aws_iam_role_policy")["policy"])["Statement"]
    assert {"Action": "kms:Decrypt", "Effect": "Allow", "Resource": OWN} in statements


def test_log_groups_in_china_have_their_own_principal(synthesized: Synthesized) -> None:
    statements = policy(synthesized({**CREATE, "region": "cn-north-1"}))
    assert statements["LogGroupsUseTheKey"]["Principal"] == {"Service": "logs.cn-north-1.amazonaws.com.cn"}


def found_and_skipped(pipeline: Pipeline, rule: str) -> tuple[bool, bool]:
    """Whether a rule has a finding, and whether it was skipped."""
    result = check_pipeline(pipeline)
    return rule in {each.rule for each in result.findings}, rule in {each.rule for each in result.skipped}


def test_rules_know_the_policy_of_the_created_key(synthesized: Synthesized, worker: Worker) -> None:
    (in_the_json,) = pipelines_in(from_json(synthesized(CREATE), "cdk.tf.json"), TODAY).pipelines
    assert found_and_skipped(in_the_json, "QL209") == (False, False)
    settings = worker(queue={"kms_key": CREATED_KEY})
    in_the_settings = settings_pipeline("orders", settings, TODAY, WorkerContext(environment="test", alarms_are_sent=True))
    assert found_and_skipped(in_the_settings, "QL209") == (False, False)


def test_rules_find_a_producer_that_the_policy_lacks(synthesized: Synthesized) -> None:
    stack = synthesized(CREATE, producers=TOPICS)
    resource = stack["resource"]["aws_kms_key_policy"]["encryption"]
    document = json.loads(resource["policy"])
    document["Statement"] = [each for each in document["Statement"] if each["Principal"] != {"Service": "sns.amazonaws.com"}]
    resource["policy"] = json.dumps(document)
    (pipeline,) = pipelines_in(from_json(stack, "cdk.tf.json"), TODAY).pipelines
    assert found_and_skipped(pipeline, "QL020") == (True, False)


def test_other_keys_are_refused(tmp_path: Path) -> None:
    assert read(tmp_path, dev=GOOD + '[encryption]\nkey = "alias/aws/sqs"\n').problems == [
        'dev: encryption.key is "alias/aws/sqs", but must be the KMS key of an environment: "create", or the ARN of a customer '
        "managed key, arn:aws:kms:… (config/dev.toml)"
    ]
