"""The cases of the rule about senders to encrypted queues: QL020."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuesmith.rules import KmsKey, ServiceSender, Statement
from queuesmith.rules.iam.policy import DEFAULT_KEY_POLICY, Condition
from tests.unit.rules.cases import Cases, Change, both
from tests.unit.rules.open_policies import ACCOUNT, FROM_ONE, OPEN, TOPIC, when
from tests.unit.rules.pipelines import DLQ_ARN, OTHER_ARN, TLS_ONLY, UNKNOWN, UNSET
from tests.unit.rules.queue_access_cases import FROM_SNS, SERVICES

BY_SNS = ServiceSender("sns.amazonaws.com", "aws_sns_topic_subscription.orders")
BY_EVENTS = ServiceSender("events.amazonaws.com", "aws_cloudwatch_event_target.orders")
AWS_KEY, OWN_KEY = "alias/aws/sqs", "alias/orders"
FROM_ACCOUNT = replace(OPEN, actions=("SQS:Send*",), principals=("AWS:arn:aws:iam::222222222222:root",))
FROM_ROLE = replace(FROM_ACCOUNT, principals=("AWS:arn:aws:iam::222222222222:role/shop",))
FROM_SOMEBODY = replace(OPEN, principals=(UNKNOWN,))
FROM_UNKNOWN = replace(OPEN, principals=UNKNOWN)
HERE = ("arn:aws:sqs:eu-central-1:222222222222:orders",)
ELSEWHERE = ("arn:aws:sqs:eu-central-1:111111111111:orders",)
FROM_TOPIC, FROM_RULE, FROM_BUCKET = (
    when(("arnequals", "aws:sourcearn", arn), of=replace(OPEN, principals=(service,)))
    for arn, service in zip(
        (TOPIC, "${aws_cloudwatch_event_rule.a.arn}", "arn:aws:s3:::shop"), (SERVICES[0], SERVICES[2], SERVICES[1]), strict=True
    )
)
ENCRYPT = ("kms:GenerateDataKey*", "kms:Decrypt")
TO_SNS = Statement("Allow", ENCRYPT, resources=("*",), principals=("Service:sns.amazonaws.com",))
KEY = KmsKey(arns=("arn:aws:kms:eu-central-1:111111111111:key/a",), policy_is_readable=True)
FOR_TOPIC: tuple[Condition, ...] = (("arnequals", "aws:sourcearn", TOPIC), ("stringequals", "aws:sourceaccount", ACCOUNT))
IF_TOPIC: tuple[Condition, ...] = (
    ("arnequalsifexists", "aws:sourcearn", TOPIC),
    ("stringequalsifexists", "aws:sourceaccount", ACCOUNT),
)
S3_IF_OURS = (("arnequalsifexists", "aws:sourcearn", "arn:aws:s3:::shop"), FOR_TOPIC[1])


def sent(*statements: Statement, policy: Any = DEFAULT_KEY_POLICY, key: Any = KEY, **changes: Any) -> tuple[Change, ...]:
    """The senders of a queue with a customer managed key that has this policy."""
    whole = replace(key, policy=policy) if isinstance(key, KmsKey) else key
    return ({"queue": {"kms_key": OWN_KEY, "policy": (TLS_ONLY, *statements), **changes}, "kms_key": whole},)


def dlq_sent(kms_key: str) -> tuple[Change, ...]:
    """The same for the DLQ, with its own key or the queue's."""
    dlq = {"kms_key": kms_key, "policy": (replace(FROM_SNS, resources=(DLQ_ARN,)),)}
    return ({"queue": {"kms_key": OWN_KEY}, "dead_letter_queue": dlq, "kms_key": replace(KEY, policy=DEFAULT_KEY_POLICY)},)


SENDER_KEYS = {
    "QL020": Cases(
        fine=(
            *both(kms_key=AWS_KEY),
            *both(kms_key=UNSET, policy=(FROM_SNS,)),
            *both(kms_key=UNSET, policy=UNKNOWN),
            *both(
                kms_key=AWS_KEY,
                policy=(replace(FROM_SNS, principals=("Service:sqs.amazonaws.com", "Service:lambda.amazonaws.com")),),
            ),
            *both(kms_key=AWS_KEY, policy=(FROM_ACCOUNT,), arns=HERE),
            *both(kms_key=AWS_KEY, policy=(replace(FROM_SNS, actions=("sqs:ReceiveMessage",)),)),
            *both(kms_key=AWS_KEY, policy=(replace(FROM_SNS, resources=(OTHER_ARN,)),)),
            *sent(),
            *sent(key=UNKNOWN),
            *sent(FROM_SNS, policy=(TO_SNS,)),
            *sent(FROM_TOPIC, policy=(replace(TO_SNS, principals=("*",)),)),
            *sent(FROM_TOPIC, policy=(when(FOR_TOPIC[0], of=TO_SNS),)),
            *sent(FROM_TOPIC, policy=(when(*IF_TOPIC, of=TO_SNS),)),
            *sent(FROM_TOPIC, policy=tuple(replace(TO_SNS, actions=(action,)) for action in ENCRYPT)),
            *sent(when(FROM_ONE), policy=(TO_SNS,)),
            *sent(FROM_RULE, policy=(replace(TO_SNS, actions=("kms:*",), principals=(SERVICES[2],)),)),
            *sent(FROM_ACCOUNT, FROM_ROLE, policy=(replace(TO_SNS, principals=("AWS:222222222222",)),), arns=ELSEWHERE),
            *sent(senders=(BY_SNS,), policy=(TO_SNS,)),
        ),
        error=(
            *both(kms_key=AWS_KEY, policy=(FROM_SNS,)),
            *both(kms_key=AWS_KEY, policy=(when(FROM_ONE),)),
            *both(kms_key=AWS_KEY, senders=(BY_EVENTS,)),
            *both(kms_key=f"arn:aws:kms:eu-central-1:111111111111:{AWS_KEY}", policy=(FROM_SNS,)),
            *both(kms_key=AWS_KEY, policy=(FROM_ACCOUNT,), arns=ELSEWHERE),
            *({**change, "deployed": True} for change in sent(FROM_SNS, key=None)),
            *sent(FROM_SNS),
            *sent(when(FROM_ONE)),
            *sent(when(("arnlike", "aws:sourcearn", "${aws_s3_bucket.shop.arn}")), policy=(TO_SNS,)),
            *sent(FROM_RULE, policy=(TO_SNS,)),
            *sent(FROM_SNS, policy=()),
            *sent(FROM_SNS, policy=(replace(TO_SNS, actions=("kms:Decrypt",)),)),
            *sent(FROM_SNS, policy=(replace(TO_SNS, actions=ENCRYPT[:1]),)),
            *sent(FROM_SNS, policy=(TO_SNS, Statement("Deny", ("kms:Decrypt",), principals=("*",)))),
            *sent(FROM_TOPIC, policy=(when(("arnequals", "aws:sourcearn", f"{TOPIC}-2"), of=TO_SNS),)),
            *sent(FROM_ACCOUNT, policy=(TO_SNS,), arns=ELSEWHERE),
            *sent(FROM_ROLE, policy=(replace(TO_SNS, principals=("AWS:222222222222:role/other",)),), arns=ELSEWHERE),
            *sent(senders=(BY_SNS,)),
            *sent(other_policies=((FROM_SNS,),)),
            *dlq_sent(OWN_KEY),
        ),
        unknown=(
            *both(kms_key=UNKNOWN),
            *both(kms_key=AWS_KEY, policy=UNKNOWN),
            *both(kms_key=AWS_KEY, policy=(FROM_SOMEBODY,)),
            *both(kms_key=AWS_KEY, policy=(FROM_UNKNOWN,)),
            *both(kms_key=OWN_KEY, policy=(FROM_SNS,)),
            *sent(FROM_SNS, key=UNKNOWN),
            *sent(FROM_SNS, key=replace(KEY, policy_is_readable=False)),
            *sent(FROM_SNS, policy=UNKNOWN),
            *sent(FROM_SNS, policy=(when(*FOR_TOPIC, of=TO_SNS),)),
            *sent(FROM_TOPIC, policy=(when(*FOR_TOPIC, of=TO_SNS),)),
            *sent(FROM_SNS, policy=(replace(TO_SNS, principals=(UNKNOWN,)),)),
            *sent(FROM_BUCKET, policy=(when(*S3_IF_OURS, of=replace(TO_SNS, principals=(SERVICES[1],))),)),
            *sent(FROM_ACCOUNT, policy=(replace(TO_SNS, principals=FROM_ROLE.principals),), arns=ELSEWHERE),
            *dlq_sent("alias/another"),
        ),
    ),
}
