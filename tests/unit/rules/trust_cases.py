"""The cases of the rules about who can send to, use and invoke the parts of a pipeline: QL023 to QL026, QL217 and QL218."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuesmith.rules import KmsKey, RedrivePolicy, ServiceSender, Statement
from queuesmith.rules.iam.policy import DEFAULT_KEY_POLICY, OWN_ACCOUNT, TRUSTS_LAMBDA
from tests.unit.rules.cases import Cases, Change, both, dlq, each_of_both, function, queue, role
from tests.unit.rules.pipelines import OTHER_ARN, PARTS, QUEUE_ARN, TLS_ONLY, UNKNOWN

TOPIC, OTHER_TOPIC = (f"arn:aws:sns:eu-central-1:111111111111:{name}" for name in ("shop", "other"))
TOPIC_REFERENCE, BUCKET = "${aws_sns_topic.shop.arn}", "arn:aws:s3:::uploads"
SNS = ServiceSender("sns.amazonaws.com", "aws_sns_topic_subscription.orders", (TOPIC_REFERENCE, TOPIC))
S3 = ServiceSender("s3.amazonaws.com", "aws_s3_bucket_notification.orders", (BUCKET,))
EVENTS = ServiceSender("events.amazonaws.com", "aws_cloudwatch_event_target.orders")
SEND = Statement("Allow", ("sqs:SendMessage",), principals=("Service:sns.amazonaws.com",))
EVERYONE = replace(SEND, principals=("*",))


def on(source: Any, key: str = "aws:sourcearn", operator: str = "arnequals") -> frozenset[Any]:
    return frozenset({(operator, key, source)})


def sent(*senders: ServiceSender, policy: Any = (TLS_ONLY,), **changes: Any) -> tuple[Change, ...]:
    """A queue with senders and a policy."""
    return queue(senders=senders, policy=policy, **changes)


def encrypted(*statements: Statement, **changes: Any) -> tuple[Change, ...]:
    """A queue with a customer managed key."""
    key: dict[str, Any] = {
        "arns": ("arn:aws:kms:eu-central-1:111111111111:key/1",),
        "policy_is_readable": True,
        "policy": statements,
    }
    return ({"kms_key": KmsKey(address="aws_kms_key.orders", **(key | changes)), "queue": {"kms_key": "key/1"}},)


OPEN_KEY = Statement("Allow", ("kms:*",), resources=("*",), principals=("AWS:*",))
OPEN_TRUST = Statement("Allow", ("sts:AssumeRole",), principals=("AWS:*",))
INVOKE = Statement("Allow", ("lambda:InvokeFunction",), principals=("*",), where="aws_lambda_permission.orders")
OF_BUCKET = replace(INVOKE, principals=("Service:s3.amazonaws.com",))

TRUST = {
    "QL023": Cases(
        fine=both(policies_without_version=()),
        error=each_of_both("policies_without_version", ("aws_sqs_queue_policy.orders",), ("queue",)),
        unknown=both(policy=UNKNOWN),
    ),
    "QL024": Cases(
        fine=(
            *sent(),
            *sent(SNS, policy=(SEND,)),
            *sent(SNS, policy=(TLS_ONLY, EVERYONE)),
            *sent(SNS, policy=(replace(SEND, actions=("SQS:*",), resources=(QUEUE_ARN,)),)),
            *sent(SNS, policy=(replace(SEND, conditions=on(TOPIC)),)),
            *sent(SNS, policy=(replace(SEND, conditions=on(TOPIC_REFERENCE)),)),
            *sent(SNS, policy=(replace(EVERYONE, conditions=on("arn:aws:sns:*:*:shop", operator="arnlike")),)),
            *sent(SNS, policy=(replace(SEND, conditions=on("111111111111", "aws:sourceaccount", "stringequals")),)),
            *sent(
                S3,
                policy=(
                    replace(
                        SEND,
                        principals=("Service:s3.amazonaws.com",),
                        conditions=on("arn:aws:s3:*:*:uploads", operator="arnlike"),
                    ),
                ),
            ),
            *sent(EVENTS, policy=(replace(SEND, principals=("Service:events.amazonaws.com",)),)),
            *sent(SNS, policy=(SEND,), other_policies=((EVERYONE,),)),
        ),
        error=(
            *sent(SNS),
            *sent(SNS, policy=()),
            *sent(EVENTS, policy=(SEND,)),
            *sent(SNS, policy=(SEND, replace(SEND, effect="Deny", principals=("*",)))),
            *sent(SNS, policy=(replace(SEND, actions=("sqs:ReceiveMessage",)),)),
            *sent(SNS, policy=(replace(SEND, resources=(OTHER_ARN,)),)),
            *sent(SNS, policy=(replace(SEND, conditions=on(OTHER_TOPIC)),)),
            *sent(S3, policy=(replace(SEND, principals=("Service:s3.amazonaws.com",), conditions=on("arn:aws:s3:::other")),)),
            *sent(SNS, policy=(replace(SEND, principals=(f"AWS:arn:aws:iam::{OWN_ACCOUNT}:root",)),)),
            *dlq(senders=(SNS,)),
        ),
        unknown=(
            *sent(SNS, policy=UNKNOWN),
            *sent(SNS, policy=(SEND,), other_policies=((),)),
            *sent(EVENTS, policy=(replace(SEND, principals=("Service:events.amazonaws.com",), conditions=on(TOPIC)),)),
            *sent(replace(SNS, sources=(TOPIC_REFERENCE,)), policy=(replace(SEND, conditions=on(TOPIC)),)),
            *sent(SNS, policy=(replace(SEND, conditions=on("o-1", "aws:sourceorgid", "stringequals")),)),
            *sent(SNS, policy=(replace(SEND, principals=(UNKNOWN,)),)),
            *sent(SNS, policy=(replace(SEND, principals=("Service:sns.eu-south-1.amazonaws.com",)),)),
            *sent(SNS, policy=(SEND, replace(SEND, effect="Deny", conditions=on(UNKNOWN)))),
        ),
    ),
    "QL025": Cases(
        fine=(
            *dlq(redrive_policy=None),
            *dlq(redrive_policy=RedrivePolicy(5, OTHER_ARN)),
            {"dead_letter_queue": None},
            {"dead_letter_queue": PARTS["queue"]},
        ),
        error=dlq(redrive_policy=RedrivePolicy(5, QUEUE_ARN)),
        unknown=(
            *dlq(redrive_policy=UNKNOWN),
            *dlq(redrive_policy=RedrivePolicy(5)),
            {"dead_letter_queue": UNKNOWN},
            {"dead_letter_queue": {"redrive_policy": RedrivePolicy(5, QUEUE_ARN)}, "queue": {"arns": ()}},
        ),
    ),
    "QL026": Cases(
        fine=(
            {"kms_key": None},
            *encrypted(*DEFAULT_KEY_POLICY),
            *encrypted(replace(OPEN_KEY, effect="Deny")),
            *encrypted(replace(OPEN_KEY, actions=("kms:DescribeKey",))),
            *encrypted(replace(OPEN_KEY, conditions=on("111111111111", "kms:calleraccount", "stringequals"))),
            *encrypted(replace(OPEN_KEY, conditions=on("o-a1b2", "aws:principalorgid", "stringequals"))),
            *encrypted(OPEN_KEY, Statement("Deny", ("kms:*",), resources=("*",), principals=("*",))),
        ),
        error=(
            *encrypted(OPEN_KEY),
            *encrypted(replace(OPEN_KEY, actions=("kms:Decrypt",), principals=("*",))),
            *encrypted(replace(OPEN_KEY, conditions=on("sqs.eu-central-1.amazonaws.com", "kms:viaservice", "stringequals"))),
            *encrypted(replace(OPEN_KEY, conditions=on("*", "kms:calleraccount", "stringlike"))),
        ),
        unknown=(
            *encrypted(OPEN_KEY, policy_is_readable=False),
            *encrypted(policy=UNKNOWN),
            *encrypted(replace(OPEN_KEY, principals=(UNKNOWN,))),
            {"kms_key": UNKNOWN},
        ),
    ),
    "QL217": Cases(
        fine=(
            *role(trust=TRUSTS_LAMBDA),
            *role(
                trust=(replace(TRUSTS_LAMBDA[0], principals=("Service:events.amazonaws.com", "Service:lambda.amazonaws.com")),)
            ),
            *role(trust=(*TRUSTS_LAMBDA, replace(OPEN_TRUST, principals=("AWS:arn:aws:iam::222222222222:root",)))),
            *role(
                trust=(*TRUSTS_LAMBDA, replace(OPEN_TRUST, conditions=on("o-a1b2", "aws:principalorgid", "stringequals"))),
            ),
        ),
        error=(
            *role(trust=()),
            *role(trust=(replace(TRUSTS_LAMBDA[0], principals=("Service:ec2.amazonaws.com",)),)),
            *role(trust=(replace(TRUSTS_LAMBDA[0], actions=("sts:TagSession",)),)),
            *role(trust=(*TRUSTS_LAMBDA, replace(TRUSTS_LAMBDA[0], effect="Deny"))),
            *role(trust=(*TRUSTS_LAMBDA, OPEN_TRUST)),
        ),
        unknown=(
            {"role": UNKNOWN},
            *role(trust=UNKNOWN),
            *role(trust=(replace(TRUSTS_LAMBDA[0], conditions=on("111111111111", "aws:sourceaccount", "stringequals")),)),
        ),
    ),
    "QL218": Cases(
        fine=(
            *function(policy=()),
            *function(policy=(OF_BUCKET,)),
            *function(policy=(replace(INVOKE, principals=("AWS:222222222222",)),)),
            *function(policy=(replace(INVOKE, conditions=on("o-a1b2", "aws:principalorgid", "stringequals")),)),
            *function(policy=(replace(INVOKE, conditions=on(BUCKET, operator="arnlike")),)),
            *function(policy=(replace(INVOKE, actions=("lambda:GetFunction",)),)),
        ),
        error=(
            *function(policy=(INVOKE,)),
            *function(policy=(OF_BUCKET, replace(INVOKE, actions=("lambda:InvokeFunctionUrl",), where=""))),
            *function(policy=(replace(INVOKE, actions=("lambda:*",)),)),
        ),
        unknown=(
            *function(policy=UNKNOWN),
            *function(policy=(replace(INVOKE, principals=(UNKNOWN,)),)),
            *function(policy=(replace(INVOKE, conditions=on(UNKNOWN)),)),
        ),
    ),
}
