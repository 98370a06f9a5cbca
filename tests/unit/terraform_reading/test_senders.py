"""Services that the file configures as senders to a queue, and queue policies that are split over several resources."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plans import references
from tests.unit.terraform_reading.checking import ACCOUNT, allow, findings, pipeline, policy, rules_found, skipped_rules
from tests.unit.terraform_reading.synthesized import ref, stack
from tests.unit.terraform_reading.two_plans import second_plan
from tests.unit.terraform_reading.worker import QUEUE, Worker

KEY, RULE_TARGET = "aws_kms_key.work", "aws_cloudwatch_event_target.work"
SUBSCRIPTION, NOTIFICATION = "aws_sns_topic_subscription.work", "aws_s3_bucket_notification.work"
FIRST, SECOND = "aws_sqs_queue_policy.first", "aws_sqs_queue_policy.second"
SENDERS: tuple[tuple[str, dict[str, Any], str], ...] = (
    (SUBSCRIPTION, {"protocol": "sqs"}, "endpoint"),
    (RULE_TARGET, {}, "arn"),
)
TLS = policy(
    {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
)
OPEN = policy(allow(["sqs:SendMessage"], "*", Principal="*"))


def test_senders_of_a_first_plan_are_found_by_reference() -> None:
    worker = Worker()
    for address, values, attribute in SENDERS:
        worker.add(address, values, {attribute: references(f"{QUEUE}.arn")}, (attribute,))
    worker.add(NOTIFICATION, {"queue": [{}]}, {"queue": [{"queue_arn": references(f"{QUEUE}.arn")}]})
    worker.unknown[NOTIFICATION]["queue"] = [{"queue_arn": True}]
    senders = pipeline(worker.plan()).queue.senders
    assert [(each.service, each.address) for each in senders] == [
        ("sns.amazonaws.com", SUBSCRIPTION),
        ("s3.amazonaws.com", NOTIFICATION),
        ("events.amazonaws.com", RULE_TARGET),
    ]


@pytest.mark.parametrize(
    ("changes", "sends"),
    [
        ({"arn": f"{ACCOUNT}:work"}, True),
        ({"arn": f"{ACCOUNT}:other"}, False),
        ({"arn": "arn:aws:lambda:eu-central-1:111111111111:function:work"}, False),
        ({"arn": f"{ACCOUNT}:work", "role_arn": "arn:aws:iam::111111111111:role/events"}, False),
    ],
)
def test_eventbridge_rule_sends_to_the_queue_of_its_target(changes: dict[str, Any], *, sends: bool) -> None:
    worker = Worker().add(RULE_TARGET, changes, {name: {} for name in changes})
    assert [each.service for each in pipeline(worker.plan()).queue.senders] == (["events.amazonaws.com"] if sends else [])


def sends(source: str, **more: Any) -> str:
    """A queue policy that lets a service send for a source."""
    service = {"Service": more.get("service", "sns.amazonaws.com")}
    return policy(
        allow(["sqs:SendMessage"], ref(f"{QUEUE}.arn"), Principal=service, Condition={"ArnEquals": {"aws:SourceArn": source}})
    )


TOPIC, OTHER = ref("aws_sns_topic.shop.arn"), ref("aws_sns_topic.other.arn")
SUBSCRIBED = {"topic_arn": TOPIC, "protocol": "sqs", "endpoint": ref(f"{QUEUE}.arn")}
PAID = {"filter_criteria": [{"filter": [{"pattern": '{"body": {"status": ["paid"]}}'}]}]}


@pytest.mark.parametrize(("source", "may_send"), [(TOPIC, True), (OTHER, False), ("arn:aws:sns:eu-central-1:1:shop", None)])
def test_topic_must_be_allowed_to_send(source: str, *, may_send: bool | None) -> None:
    content = stack(
        aws_sns_topic__shop={"name": "shop"},
        aws_sns_topic__other={"name": "other"},
        aws_sns_topic_subscription__work=SUBSCRIBED,
        aws_sqs_queue__work={"policy": sends(source)},
    )
    assert ("QL024" in rules_found(content)) is (may_send is False)
    assert ("QL024" in skipped_rules(content)) is (may_send is None)


@pytest.mark.parametrize(
    ("bucket", "source", "may_send"),
    [
        ("uploads", "arn:aws:s3:::uploads", True),
        ("uploads", "arn:aws:s3:::other", False),
        (ref("aws_s3_bucket.uploads.id"), ref("aws_s3_bucket.uploads.arn"), True),
        (ref("aws_s3_bucket.uploads.id"), "arn:aws:s3:::uploads", True),
        (ref("aws_s3_bucket.uploads.id"), "arn:aws:s3:::other", False),
    ],
)
def test_bucket_must_be_allowed_to_send(bucket: str, source: str, *, may_send: bool) -> None:
    content = stack(
        aws_s3_bucket__uploads={"bucket": "uploads"},
        aws_s3_bucket_notification__work={"bucket": bucket, "queue": [{"queue_arn": ref(f"{QUEUE}.arn")}]},
        aws_sqs_queue__work={"policy": sends(source, service="s3.amazonaws.com")},
    )
    assert ("QL024" not in rules_found(content)) is may_send
    assert "QL024" not in skipped_rules(content)


def test_queue_without_a_policy_lets_no_rule_send() -> None:
    content = stack(
        aws_cloudwatch_event_rule__work={"name": "work"},
        aws_cloudwatch_event_target__work={"rule": ref("aws_cloudwatch_event_rule.work.name"), "arn": ref(f"{QUEUE}.arn")},
        aws_sqs_queue__work={"policy": None},
    )
    assert ("QL024", "error", QUEUE) in findings(content)


@pytest.mark.parametrize(("raw", "found"), [(True, False), (False, True), (None, True), (ref("var.raw"), None)])
def test_filters_need_raw_message_delivery(raw: Any, *, found: bool | None) -> None:
    content = stack(
        aws_sns_topic_subscription__work=SUBSCRIBED | {"raw_message_delivery": raw}, aws_lambda_event_source_mapping__work=PAID
    )
    assert ("QL116" in rules_found(content)) is (found is True)
    assert ("QL116" in skipped_rules(content)) is (found is None)


@pytest.mark.parametrize(("changes", "polls"), [({}, True), ({"desired_state": "STOPPED"}, False), ({"source": TOPIC}, False)])
def test_pipe_that_polls_the_queue_is_another_consumer(changes: dict[str, Any], *, polls: bool) -> None:
    content = stack(aws_pipes_pipe__work={"source": ref(f"{QUEUE}.arn"), **changes}, aws_sns_topic__shop={"name": "shop"})
    assert ("QL114" in rules_found(content)) is polls


@pytest.mark.parametrize("lets_sns", [False, True])
def test_topic_that_cannot_use_the_queues_key_loses_messages(*, lets_sns: bool) -> None:
    worker = Worker().write(QUEUE, "kms_master_key_id", references(f"{KEY}.arn"))
    worker.write(QUEUE, "policy", references(f"{QUEUE}.arn"))
    worker.add(SUBSCRIPTION, {"protocol": "sqs"}, {"endpoint": references(f"{QUEUE}.arn")}, ("endpoint",))
    to_sns = allow(["kms:GenerateDataKey*", "kms:Decrypt"], "*", Principal={"Service": "sns.amazonaws.com"})
    to_root = allow(["kms:*"], "*", Principal={"AWS": "arn:aws:iam::111111111111:root"})
    statements = (to_root, to_sns) if lets_sns else (to_root,)
    worker.add(KEY, {"policy": policy(*statements)}, {"policy": {}}, ("arn", "key_id"))
    assert ("QL020" in rules_found(worker.plan())) is not lets_sns


def test_key_outside_the_file_is_skipped_for_senders() -> None:
    arn = "arn:aws:kms:eu-central-1:111111111111:key/0f0f"
    worker = Worker().write(QUEUE, "kms_master_key_id", {"constant_value": arn}, known=arn)
    assert "QL020" not in rules_found(worker.plan()) | skipped_rules(worker.plan())
    worker.add(SUBSCRIPTION, {"protocol": "sqs"}, {"endpoint": references(f"{QUEUE}.arn")}, ("endpoint",))
    assert "QL020" in skipped_rules(worker.plan()) - rules_found(worker.plan())


def of_queue(text: str) -> dict[str, Any]:
    """A policy of the queue in a synthesized stack."""
    return {"queue_url": ref(f"{QUEUE}.url"), "policy": text}


@pytest.mark.parametrize(("first", "second"), [(OPEN, TLS), (TLS, OPEN)])
def test_both_policies_of_a_queue_are_checked(first: str, second: str) -> None:
    content = stack(
        aws_sqs_queue__work={"policy": None},
        aws_sqs_queue_policy__first=of_queue(first),
        aws_sqs_queue_policy__second=of_queue(second),
    )
    assert {"QL018", "QL019", "QL022"} <= rules_found(content)


@pytest.mark.parametrize(
    ("inline", "expected"),
    [(OPEN, {"QL019", "QL022"}), (TLS.replace(" ", ""), set()), (None, set()), (ref("var.policy"), set())],
)
def test_separate_policy_and_inline_policy_are_reported(inline: str | None, expected: set[str]) -> None:
    content = stack(aws_sqs_queue__work={"policy": inline}, aws_sqs_queue_policy__first=of_queue(TLS))
    assert rules_found(content) & {"QL019", "QL022"} == expected
    assert ("QL022" in skipped_rules(content)) is (inline == ref("var.policy"))


@pytest.mark.parametrize("attribute", ["redrive_policy", "redrive_allow_policy"])
def test_two_redrive_policies_are_reported(attribute: str) -> None:
    twice = {"queue_url": ref(f"{QUEUE}.url"), attribute: '{"maxReceiveCount": 9, "redrivePermission": "denyAll"}'}
    both = {f"aws_sqs_queue_{attribute}__first": twice, f"aws_sqs_queue_{attribute}__second": twice}
    assert ("QL022", "error", QUEUE) in findings(stack(**both))


def test_policy_that_a_refreshed_queue_repeats_is_read_once() -> None:
    content = second_plan()
    assert "QL022" not in rules_found(content) | skipped_rules(content)
