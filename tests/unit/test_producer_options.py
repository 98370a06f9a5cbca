"""Who can send to a worker's queue, and what happens to messages that cannot be delivered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from queuesmith.checks.worker_check import check_worker
from queuesmith.readers.settings.pipeline import WorkerContext
from tests.checking import TODAY
from tests.unit.conftest import Synthesized, Worker, named, only

ACCOUNT = "111111111111"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:shop"


def statements(stack: dict[str, Any], sid: str = "") -> list[dict[str, Any]]:
    """The statements of the queue's policy."""
    (policy,) = [item for name, item in stack["resource"]["aws_sqs_queue_policy"].items() if "dead-letter" not in name]
    found: list[dict[str, Any]] = json.loads(policy["policy"])["Statement"]
    return [item for item in found if sid in ("", item["Sid"])]


def dead_letter_statements(stack: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of the DLQ's policy."""
    found: list[dict[str, Any]] = json.loads(named(stack, "aws_sqs_queue_policy", "dead-letter")["policy"])["Statement"]
    return found


def test_topic_is_subscribed_and_can_send(synthesized: Synthesized) -> None:
    topic = {"arn": TOPIC, "raw": False, "filter_policy": {"kind": ["order"]}, "filter_scope": "MessageBody"}
    stack = synthesized(producers={"topics": {"shop": topic}})
    subscription = named(stack, "aws_sns_topic_subscription", "shop")
    assert subscription["filter_policy"] == '{"kind":["order"]}'
    assert (subscription["protocol"], subscription["filter_policy_scope"]) == ("sqs", "MessageBody")
    assert "raw_message_delivery" not in subscription
    assert subscription["depends_on"] == ["aws_sqs_queue_policy.orders_queue_tls-only_53DDA5EC"]
    assert statements(stack, "TopicsShop") == [
        {
            "Sid": "TopicsShop",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "${aws_sqs_queue.orders_queue_B32D019B.arn}",
            "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}, "StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
        }
    ]


def test_undelivered_messages_go_to_the_dlq_if_enabled(synthesized: Synthesized) -> None:
    keep = {"undelivered_to_dlq": True}
    topics = {"shop": {"arn": TOPIC, **keep}, "other": {"arn": f"{TOPIC}-2"}}
    rules = {"night": {"schedule": "rate(1 day)", **keep}, "noon": {"schedule": "rate(2 days)"}}
    stack = synthesized(producers={"topics": topics, "rules": rules})
    dlq = "${aws_sqs_queue.orders_queue_dead-letter-queue_9FD894AC.arn}"
    subscriptions = [named(stack, "aws_sns_topic_subscription", name) for name in ("shop", "other")]
    targets = [named(stack, "aws_cloudwatch_event_target", name) for name in ("night", "noon")]
    assert [each.get("redrive_policy") for each in subscriptions] == [f'{{"deadLetterTargetArn":"{dlq}"}}', None]
    assert [each.get("dead_letter_config") for each in targets] == [{"arn": dlq}, None]
    for kept, other in (subscriptions, targets):
        assert (len(kept["depends_on"]), len(other["depends_on"])) == (2, 1)  # waits for the DLQ's policy
    own, dead_letters = statements(stack), dead_letter_statements(stack)
    assert [item["Sid"] for item in dead_letters] == ["DenyInsecureTransport", "TopicsShop", "RulesNight"]
    for item in dead_letters[1:]:
        (same,) = [each for each in own if each["Sid"] == item["Sid"]]
        assert item == {**same, "Resource": dlq}


def test_each_sender_has_its_own_statement_id(synthesized: Synthesized) -> None:
    topics = {name: {"arn": TOPIC} for name in ("shop-1", "shop1", "shop--1")}
    sids = [item["Sid"] for item in statements(synthesized(producers={"topics": topics}))]
    assert sids == ["DenyInsecureTransport", "TopicsShop1", "TopicsShop1x2", "TopicsShop1x3"]


def test_topic_delivers_raw_messages_by_default(synthesized: Synthesized) -> None:
    stack = synthesized(producers={"topics": {"shop": {"arn": TOPIC}}})
    assert named(stack, "aws_sns_topic_subscription", "shop")["raw_message_delivery"] is True


def test_eventbridge_rule_is_created_with_its_target_and_can_send(synthesized: Synthesized) -> None:
    stack = synthesized(
        producers={"rules": {"placed": {"pattern": {"source": ["shop"]}, "event_bus": "shop", "enabled": False}}}
    )
    rule, target = only(stack, "aws_cloudwatch_event_rule"), only(stack, "aws_cloudwatch_event_target")
    assert (rule["name"], rule["event_pattern"], rule["state"]) == ("test-orders-placed", '{"source":["shop"]}', "DISABLED")
    assert rule["event_bus_name"] == target["event_bus_name"] == "shop"
    assert target["arn"] == "${aws_sqs_queue.orders_queue_B32D019B.arn}"
    (statement,) = statements(stack, "RulesPlaced")
    assert statement["Condition"]["ArnEquals"]["aws:SourceArn"].startswith("${aws_cloudwatch_event_rule.")
    assert statement["Condition"]["StringEqualsIfExists"]["aws:SourceAccount"].startswith("${data.aws_arn.")


def test_eventbridge_rule_sends_to_a_fifo_queue_with_a_group(synthesized: Synthesized) -> None:
    fifo = {"fifo": True, "content_based_deduplication": True}
    stack = synthesized(queue=fifo, producers={"rules": {"hourly": {"schedule": "rate(1 hour)", "message_group": "hourly"}}})
    assert only(stack, "aws_cloudwatch_event_target")["sqs_target"] == {"message_group_id": "hourly"}
    assert only(stack, "aws_cloudwatch_event_rule")["schedule_expression"] == "rate(1 hour)"


def test_bucket_can_send_and_an_output_has_the_queue_to_notify(synthesized: Synthesized) -> None:
    bucket = {"arn": "arn:aws:s3:::uploads", "account": "222222222222", "prefix": "in/", "suffix": ".json"}
    stack = synthesized(producers={"buckets": {"uploads": bucket}})
    (statement,) = statements(stack, "BucketsUploads")
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": "arn:aws:s3:::uploads"},
        "StringEquals": {"aws:SourceAccount": "222222222222"},
    }
    assert json.loads(stack["output"]["orders_bucket_notifications"]["value"]) == {
        "uploads": {
            "bucket_arn": "arn:aws:s3:::uploads",
            "queue_arn": "${aws_sqs_queue.orders_queue_B32D019B.arn}",
            "events": ["s3:ObjectCreated:*"],
            "filter_prefix": "in/",
            "filter_suffix": ".json",
        }
    }
    assert "aws_s3_bucket_notification" not in stack["resource"]


def test_role_of_another_account_can_only_send(synthesized: Synthesized) -> None:
    arn = "arn:aws:iam::222222222222:role/shop"
    (statement,) = statements(synthesized(producers={"principals": [arn]}), "Principal1")
    assert (statement["Principal"], statement["Action"]) == ({"AWS": arn}, "sqs:SendMessage")


def test_key_policy_allows_principals_to_use_the_key_through_sqs(synthesized: Synthesized) -> None:
    arns = ["arn:aws:iam::222222222222:role/shop", "arn:aws:iam::333333333333:root"]
    stack = synthesized(queue={"kms_key": KEY}, producers={"principals": arns})
    assert json.loads(stack["output"]["orders_key_policy_statements"]["value"]) == [
        {
            "Sid": f"Principal{number}",
            "Effect": "Allow",
            "Principal": {"AWS": arn},
            "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
            "Resource": "*",
            "Condition": {"StringLike": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com*"}},
        }
        for number, arn in enumerate(arns, 1)
    ]


def test_key_policy_has_a_statement_for_each_producer(synthesized: Synthesized) -> None:
    producers = {
        "topics": {"shop": {"arn": TOPIC}},
        "rules": {"night": {"schedule": "rate(1 day)"}},
        "buckets": {"uploads": {"arn": "arn:aws:s3:::uploads"}},
        "principals": ["arn:aws:iam::222222222222:role/shop"],
    }
    stack = synthesized(queue={"kms_key": KEY}, producers=producers)
    on_key = [item["Sid"] for item in json.loads(stack["output"]["orders_key_policy_statements"]["value"])]
    assert on_key == ["TopicsShop", "RulesNight", "BucketsUploads", "Principal1"]
    assert on_key == [item["Sid"] for item in statements(stack) if item["Effect"] == "Allow"]


def test_producers_policy_allows_sending_and_using_the_key(synthesized: Synthesized) -> None:
    stack = synthesized(queue={"kms_key": KEY}, producers={"managed_policy": True, "topics": {"shop": {"arn": TOPIC}}})
    document = json.loads(stack["output"]["orders_producer_policy"]["value"])
    assert [(item["Action"], item["Resource"]) for item in document["Statement"]] == [
        ("sqs:SendMessage", "${aws_sqs_queue.orders_queue_B32D019B.arn}"),
        (["kms:GenerateDataKey", "kms:Decrypt"], KEY),
    ]
    policy = only(stack, "aws_iam_policy")
    assert (policy["name"], json.loads(policy["policy"])) == ("test-orders-producer", document)
    assert stack["output"]["orders_producer_policy_arn"]["value"].startswith("${aws_iam_policy.")
    (of_key,) = json.loads(stack["output"]["orders_key_policy_statements"]["value"])
    assert of_key["Principal"] == {"Service": "sns.amazonaws.com"}
    assert of_key["Condition"]["ArnEqualsIfExists"] == {"aws:SourceArn": TOPIC}


def test_producers_policy_is_created_only_if_enabled(synthesized: Synthesized) -> None:
    stack = synthesized()
    assert "aws_iam_policy" not in stack["resource"]
    assert "orders_key_policy_statements" not in stack["output"]


def test_organization_can_send_and_use_the_key_within_its_limits(synthesized: Synthesized) -> None:
    everyone, some = {"id": "o-a1b2c3d4e5"}, {"id": "o-a1b2c3d4e5", "accounts": ["222222222222"], "roles": ["shop/*", "web"]}
    stack = synthesized(queue={"kms_key": KEY}, producers={"organizations": {"all": everyone, "some": some}})
    limits: list[dict[str, Any]] = [
        {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {
            "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:PrincipalAccount": ["222222222222"]},
            "ArnLike": {"aws:PrincipalArn": ["arn:*:iam::*:role/shop/*", "arn:*:iam::*:role/web"]},
        },
    ]
    own = [item for item in statements(stack) if item["Effect"] == "Allow"]
    on_key = json.loads(stack["output"]["orders_key_policy_statements"]["value"])
    through_sqs = {"StringLike": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com*"}}
    assert [item["Condition"] for item in own] == limits
    assert [item["Condition"] for item in on_key] == [{**limit, **through_sqs} for limit in limits]
    for found in (own, on_key):
        assert [item["Sid"] for item in found] == ["OrganizationsAll", "OrganizationsSome"]
        assert {json.dumps(item["Principal"]) for item in found} == {'{"AWS": "*"}'}
    assert {item["Action"] for item in own} == {"sqs:SendMessage"}


@pytest.mark.parametrize("key", [KEY, None])
def test_queue_that_an_organization_can_use_is_not_open(worker: Worker, key: str | None) -> None:
    organizations = {"all": {"id": "o-a1b2c3d4e5"}, "some": {"id": "o-a1b2c3d4e5", "roles": ["shop*"]}}
    settings = worker(queue={"kms_key": key}, producers={"organizations": organizations})
    found = check_worker("orders", settings, TODAY, WorkerContext(alarms_are_sent=True))
    assert {"QL019", "QL020", "QL021", "QL026"}.isdisjoint(finding.rule for finding in found)
