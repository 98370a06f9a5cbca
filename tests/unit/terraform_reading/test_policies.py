"""The conditions of queue policies, also if a value is only a reference."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plans import references
from tests.unit.terraform_reading.checking import allow, policy, rules_found, skipped_rules
from tests.unit.terraform_reading.synthesized import DLQ as STACK_DLQ
from tests.unit.terraform_reading.synthesized import ref, stack
from tests.unit.terraform_reading.worker import QUEUE, Worker

TOPIC = "arn:aws:sns:eu-central-1:111111111111:shop"
DOCUMENT = "data.aws_iam_policy_document.queue"
ACCOUNT_ID = "data.aws_caller_identity.here.account_id"


def from_topic(value: Any, operator: str = "ArnEquals", key: str = "aws:SourceArn") -> dict[str, Any]:
    """A statement that allows everyone to send, on one condition."""
    return allow(["sqs:SendMessage"], "*", Principal="*", Condition={operator: {key: value}})


def verdict(content: Any) -> str:
    """The result of QL019."""
    is_open, left = "QL019" in rules_found(content), "QL019" in skipped_rules(content)
    return "open" if is_open else "unknown" if left else "closed"


def with_statement(statement: dict[str, Any]) -> Any:
    """A synthesized stack whose queue policy has this statement. The DLQ's policy only requires TLS."""
    return stack(aws_sqs_queue__work={"policy": policy(statement)})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (TOPIC, "closed"),
        ("arn:aws:sns:*:*:*", "open"),
        ([TOPIC, "arn:aws:sns:*:*:*"], "open"),
        (ref("aws_sns_topic.shop.arn"), "closed"),
        (ref("aws_sns_topic.shop.arn") + "*", "closed"),
        (ref("aws_sns_topic.shop.display_name"), "unknown"),
        (ref("aws_ssm_parameter.shop.value"), "unknown"),
        (ref("random_id.shop.id"), "unknown"),
        (ref("var.topic"), "unknown"),
        ("arn:aws:sns:*:" + ref(ACCOUNT_ID) + ":*", "closed"),
        ("arn:" + ref("data.aws_partition.here.partition") + ":sns:*:111111111111:*", "closed"),
        ([], "unknown"),
    ],
)
def test_condition_is_met_by_the_named_values(value: Any, expected: str) -> None:
    assert verdict(with_statement(from_topic(value))) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("111111111111", "closed"), (ref(ACCOUNT_ID), "closed"), (ref("aws:PrincipalAccount"), "unknown")],
)
def test_account_can_come_from_a_data_source(value: str, expected: str) -> None:
    assert verdict(with_statement(from_topic(value, "StringEquals", "AWS:sourceaccount"))) == expected


def test_account_from_a_data_source_is_a_principal() -> None:
    root = f"arn:aws:iam::{ref(ACCOUNT_ID)}:root"
    statement = allow(["sqs:SendMessage"], "*", Principal={"AWS": root})
    assert verdict(with_statement(statement)) == "closed"


def with_document(condition: dict[str, Any], written: dict[str, Any], unknown: Any) -> Any:
    """A first plan whose queue policy comes from a policy document: the known part of its condition, and the configuration."""
    everybody = [{"type": "*", "identifiers": ["*"]}]
    statement = {"actions": ["sqs:SendMessage"], "resources": ["*"], "principals": everybody, "condition": [condition]}
    block = {"condition": [written], "principals": [{}], "actions": {}, "resources": {}}
    worker = Worker().write(QUEUE, "policy", references(f"{DOCUMENT}.json"))
    worker.add("aws_sns_topic.shop", {"name": "shop"}, {"name": "shop"}, ("arn",))
    worker.add(DOCUMENT, {"statement": [statement]}, {"statement": [block]}, ("json",))
    worker.unknown[DOCUMENT]["statement"] = [{"condition": [unknown]}]
    return worker.plan()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("aws_sns_topic.shop.arn",), "closed"),
        (("aws_sns_topic.shop.name",), "unknown"),
        (("local.topic",), "unknown"),
        (("aws_sns_topic.shop.arn", "local.topic"), "unknown"),
    ],
)
def test_condition_block_is_met_by_its_references(names: tuple[str, ...], expected: str) -> None:
    condition = {"test": "ArnLike", "variable": "aws:SourceArn", "values": [None]}
    written = {"test": {"constant_value": "ArnLike"}, "variable": {}, "values": references(*names)}
    assert verdict(with_document(condition, written, {"values": [True]})) == expected


def test_condition_block_with_an_unknown_operator_is_skipped() -> None:
    condition = {"variable": "aws:SourceArn", "values": [TOPIC]}
    written = {"test": references("local.test"), "variable": {}, "values": {}}
    assert verdict(with_document(condition, written, {"test": True})) == "unknown"


def test_policy_document_variables_are_iam_variables() -> None:
    condition = {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["&{aws:PrincipalAccount}"]}
    assert verdict(with_document(condition, {"test": {}, "variable": {}, "values": {}}, {})) == "unknown"


@pytest.mark.parametrize(("denied", "refuses"), [(f"{QUEUE}.arn", True), (f"{STACK_DLQ}.arn", False)])
def test_deny_on_another_queue_does_not_refuse_http(denied: str, *, refuses: bool) -> None:
    tls = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    content = with_statement({**tls, "Resource": ref(denied)})
    assert ("QL018" in rules_found(content)) is not refuses


def test_not_principals_statement_is_public() -> None:
    opened = policy({"Effect": "Allow", "Action": "sqs:SendMessage", "NotPrincipal": {"AWS": "x"}, "Resource": "*"})
    content = Worker().write(QUEUE, "policy", {}, known=opened).plan()
    assert "QL019" in rules_found(content)


def test_policy_of_an_unknown_queue_can_be_of_any_queue() -> None:
    given = {"queue_url": references("local.url"), "policy": references("local.policy")}
    worker = Worker().add("aws_sqs_queue_policy.some", {}, given, ("queue_url", "policy"))
    assert "QL018" in rules_found(Worker().plan())
    assert "QL018" in skipped_rules(worker.plan()) - rules_found(worker.plan())
