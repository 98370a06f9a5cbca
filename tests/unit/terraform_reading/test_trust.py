"""Who can assume the role and invoke the function, where the parts are, and which version a mapping invokes."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.rules import Role, Unknown
from tests.plans import references
from tests.unit.terraform_reading.checking import ACCOUNT, allow, findings, pipeline, policy, rules_found, skipped_rules
from tests.unit.terraform_reading.synthesized import DLQ, FUNCTION, QUEUE, ref, stack
from tests.unit.terraform_reading.worker import MAPPING, ROLE, Worker

OPEN = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}})
PERMISSION, URL = "aws_lambda_permission__other", "aws_lambda_function_url__work"
TO_ALL = {"function_name": ref(f"{FUNCTION}.function_name"), "action": "lambda:InvokeFunction", "principal": "*"}


def test_trust_policy_is_read() -> None:
    role = pipeline(stack()).role
    assert isinstance(role, Role)
    assert not isinstance(role.trust, Unknown)
    assert [each.principals for each in role.trust] == [("Service:lambda.amazonaws.com",)]
    assert ("QL217", "error", "aws_iam_role.work") in findings(stack(aws_iam_role__work={"assume_role_policy": OPEN}))


def test_unknown_trust_policy_is_skipped() -> None:
    content = Worker().write(ROLE, "assume_role_policy", references("var.trust")).plan()
    assert "QL217" in skipped_rules(content) - rules_found(content)


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, True),
        ({"function_name": ref(f"{FUNCTION}.arn")}, True),
        ({"function_name": "work:live"}, True),
        ({"function_name": "another"}, False),
        ({"principal": "s3.amazonaws.com"}, False),
        ({"principal": "222222222222"}, False),
        ({"principal_org_id": "o-a1b2c3"}, False),
        ({"source_account": "111111111111"}, False),
        ({"source_arn": ref("aws_s3_bucket.uploads.arn")}, False),
        ({"source_arn": "arn:aws:s3:::uploads"}, False),
        ({"source_arn": "*"}, True),
    ],
)
def test_lambda_permission_can_open_the_function(changes: dict[str, Any], *, is_open: bool) -> None:
    content = stack(**{PERMISSION: TO_ALL | changes, "aws_s3_bucket__uploads": {"bucket": "uploads"}})
    assert ("QL218" in rules_found(content)) is is_open
    assert "QL218" not in skipped_rules(content)


@pytest.mark.parametrize("unknown", ["function_name", "action", "principal", "source_arn"])
def test_permission_with_an_unknown_value_is_skipped(unknown: str) -> None:
    content = stack(**{PERMISSION: TO_ALL | {unknown: ref("var.x")}})
    assert "QL218" in skipped_rules(content) - rules_found(content)


@pytest.mark.parametrize(
    ("authorization", "found", "skipped"),
    [("NONE", True, False), ("AWS_IAM", False, False), (ref("var.authorization"), False, True)],
)
def test_function_url_without_authentication_is_public(authorization: str, *, found: bool, skipped: bool) -> None:
    content = stack(**{URL: {"function_name": ref(f"{FUNCTION}.arn"), "authorization_type": authorization}})
    assert ("QL218" in rules_found(content), "QL218" in skipped_rules(content)) == (found, skipped)


@pytest.mark.parametrize(
    ("name", "qualifier"),
    [
        ("work", None),
        ("work:live", "live"),
        ("arn:aws:lambda:eu-central-1:111111111111:function:work", None),
        ("arn:aws:lambda:eu-central-1:111111111111:function:work:7", "7"),
        (ref(f"{FUNCTION}.arn"), None),
        (ref(f"{FUNCTION}.function_name"), None),
        (ref(f"{FUNCTION}.qualified_arn"), "$LATEST"),
        (ref("aws_lambda_alias.live.arn"), "live"),
    ],
)
def test_qualifier_of_the_mapping_is_read(name: str, qualifier: str | None) -> None:
    alias = {"name": "live", "function_name": ref(f"{FUNCTION}.function_name"), "function_version": "7"}
    content = stack(aws_lambda_event_source_mapping__work={"function_name": name}, aws_lambda_alias__live=alias)
    assert pipeline(content).mapping.qualifier == qualifier


@pytest.mark.parametrize(("mode", "expected"), [("Active", True), ("PassThrough", False)])
def test_active_tracing_of_the_function_is_read(mode: str, *, expected: bool) -> None:
    content = stack(aws_lambda_function__work={"tracing_config": [{"mode": mode}]})
    assert pipeline(content).function.tracing is expected


def test_qualified_arn_of_a_published_function_is_a_version() -> None:
    changes = {"publish": True, "snap_start": [{"apply_on": "PublishedVersions"}]}
    arn = {"function_name": ref(f"{FUNCTION}.qualified_arn")}
    assert "QL221" not in rules_found(stack(aws_lambda_function__work=changes, aws_lambda_event_source_mapping__work=arn))
    assert "QL221" in rules_found(stack(aws_lambda_function__work=changes))


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        ({"durable_config": [{"execution_timeout": 600}]}, "QL219"),
        ({"durable_config": {"execution_timeout": 86_400}}, "QL219"),
        ({"tenancy_config": [{"tenant_isolation_mode": "PER_TENANT"}]}, "QL220"),
    ],
)
def test_blocks_of_new_providers_are_read(block: dict[str, Any], rule: str) -> None:
    assert rule in rules_found(stack(aws_lambda_function__work=block))
    assert rule not in rules_found(stack())


@pytest.mark.parametrize(("region", "is_found"), [("eu-west-1", True), ("eu-central-1", False), (ref("var.region"), False)])
def test_region_of_provider_6_is_compared(region: str, *, is_found: bool) -> None:
    content = stack(aws_sqs_queue__work={"region": region})
    content["provider"] = {"aws": [{"region": "eu-central-1"}]}
    assert ("QL118" in rules_found(content)) is is_found


def test_account_of_the_function_is_compared() -> None:
    arn = {"function_name": "arn:aws:lambda:eu-central-1:222222222222:function:work"}
    content = stack(aws_lambda_event_source_mapping__work=arn)
    content["provider"] = {"aws": [{"region": "eu-central-1", "allowed_account_ids": ["111111111111"]}]}
    assert ("QL118", "error", MAPPING) in findings(content)


@pytest.mark.parametrize("target", [ref(f"{QUEUE}.arn"), f"{ACCOUNT}:work", f"{ACCOUNT}:third"])
def test_dead_letter_queue_that_returns_messages_is_found(target: str) -> None:
    back = f'{{"deadLetterTargetArn": "{target}", "maxReceiveCount": 3}}'
    content = stack(aws_sqs_queue__dead={"redrive_policy": back})
    assert (("QL025", "error", DLQ) in findings(content)) is ("third" not in target)


@pytest.mark.parametrize(("written", "found"), [(True, True), (False, False)])
def test_policy_without_version_is_found(*, written: bool, found: bool) -> None:
    text = '{"Statement": []}' if written else policy(allow(["sqs:SendMessage"], "*", Principal={"AWS": "111111111111"}))
    separate = {"queue_url": ref(f"{QUEUE}.url"), "policy": text}
    content = stack(aws_sqs_queue__work={"policy": None}, aws_sqs_queue_policy__work=separate)
    assert (("QL023", "error", QUEUE) in findings(content)) is found


def test_policy_without_version_that_aws_filled_in_is_no_finding() -> None:
    worker = Worker().write(QUEUE, "policy", {}, known='{"Statement": []}')
    worker.written[QUEUE].pop("policy")
    assert "QL023" not in rules_found(worker.plan())


def test_worker_that_processes_a_dlq_needs_no_second_one() -> None:
    mapping = {"event_source_arn": ref(f"{DLQ}.arn"), "function_name": ref(f"{FUNCTION}.arn")}
    content = stack(aws_lambda_event_source_mapping__dead=mapping)
    assert ("QL004", "warning", DLQ) in findings(content)
    assert ("QL004", "error", QUEUE) in findings(stack(aws_sqs_queue__work={"redrive_policy": None}))
