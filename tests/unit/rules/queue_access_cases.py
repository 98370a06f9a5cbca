"""The cases of the rules about access to the queues: QL014 to QL020."""

from __future__ import annotations

from dataclasses import replace

from queuesmith.rules import RedriveAllowPolicy, Statement
from queuesmith.rules.iam.policy import Condition
from tests.unit.rules.cases import Cases, both, dlq, each, each_of_both, queue
from tests.unit.rules.open_policies import (
    ACCOUNT,
    CLOSED,
    CLOSED_OTHERWISE,
    FROM_ONE,
    OPEN,
    OPENED,
    OPENED_OTHERWISE,
    TLS,
    TOPIC,
    UNDECIDED,
    UNDECIDED_OTHERWISE,
    when,
)
from tests.unit.rules.pipelines import DLQ_ARN, OTHER_ARN, QUEUE_ARN, TLS_ONLY, UNKNOWN, UNSET
from tests.unit.rules.queue_cases import ITSELF

BY_QUEUE = {count: RedriveAllowPolicy("byQueue", (QUEUE_ARN, *["other"] * (count - 1))) for count in (1, 10, 11)}
SERVICES = tuple(f"Service:{name}.amazonaws.com" for name in ("sns", "s3", "events", "sns.eu-south-1"))
FROM_SNS = replace(OPEN, principals=("Service:sns.amazonaws.com",))
DENY_IF_EXISTS = replace(
    TLS_ONLY,
    actions=("SQS:*",),
    principals=("AWS:*",),
    conditions=frozenset({("boolifexists", "aws:securetransport", "false")}),
)
TWICE = {"policy": ("aws_sqs_queue_policy.a", "aws_sqs_queue_policy.b")}
LIKE_ANY: Condition = ("arnlike", "aws:sourcearn", "arn:aws:sns:*:*:*")


def from_sns(*conditions: Condition) -> Statement:
    """A statement that allows SNS to send, with conditions."""
    return when(*conditions, of=FROM_SNS)


DENY_BY_PARTS = (
    replace(TLS_ONLY, actions=("sqs:*Message*",), resources=(QUEUE_ARN, DLQ_ARN)),
    replace(TLS_ONLY, actions=(), not_actions=("sqs:*Message*",), not_resources=(OTHER_ARN,)),
)
DENY_ALL = replace(TLS_ONLY, conditions=frozenset())
NOT_TLS_ONLY = (
    replace(TLS_ONLY, resources=(OTHER_ARN,)),
    replace(TLS_ONLY, resources=("arn:aws:sqs:*:*:invoices",)),
    replace(TLS_ONLY, resources=(), not_resources=(QUEUE_ARN, DLQ_ARN)),
    replace(TLS_ONLY, principals=(), not_principals=("AWS:arn:aws:iam::111111111111:root",)),
    replace(TLS_ONLY, conditions=TLS_ONLY.conditions | {("stringnotequals", "aws:principalaccount", "111111111111")}),
    replace(TLS_ONLY, conditions=TLS_ONLY.conditions | {("bool", "aws:principalisawsservice", "false")}),
    replace(TLS_ONLY, effect="Allow", principals=("AWS:arn:aws:iam::111111111111:root",)),
    replace(TLS_ONLY, actions=("sqs:ReceiveMessage",)),
    replace(TLS_ONLY, principals=("AWS:arn:aws:iam::111111111111:root",)),
    replace(TLS_ONLY, conditions=frozenset({("bool", "aws:securetransport", "true")})),
)
OWN_KEY = "alias/orders"

QUEUE_ACCESS = {
    "QL014": Cases(
        fine=(*both(sse=True), *both(sse=UNSET, kms_key=UNKNOWN), *both(sse=False, kms_key=OWN_KEY)),
        hard=both(sse=True, kms_key=OWN_KEY),
        warning=both(sse=False),
        unknown=(*both(sse=UNKNOWN), *both(sse=True, kms_key=UNKNOWN), *both(sse=False, kms_key=UNKNOWN)),
    ),
    "QL015": Cases(
        fine=(
            *both(kms_key=OWN_KEY, data_key_reuse_period=60),
            *both(kms_key=OWN_KEY, data_key_reuse_period=86_400),
            *both(data_key_reuse_period=300),
            *both(data_key_reuse_period=UNSET),
        ),
        hard=(*both(kms_key=OWN_KEY, data_key_reuse_period=59), *both(data_key_reuse_period=86_401)),
        warning=(*both(data_key_reuse_period=60), *both(data_key_reuse_period=301)),
        unknown=(*both(data_key_reuse_period=UNKNOWN), *both(kms_key=UNKNOWN, data_key_reuse_period=60)),
    ),
    "QL016": Cases(
        fine=(
            *each_of_both(
                "redrive_allow_policy",
                BY_QUEUE[1],
                BY_QUEUE[10],
                UNSET,
                RedriveAllowPolicy("allowAll"),
                RedriveAllowPolicy("denyAll"),
            ),
        ),
        hard=each_of_both(
            "redrive_allow_policy",
            BY_QUEUE[11],
            RedriveAllowPolicy("byQueue"),
            RedriveAllowPolicy("allowAll", (QUEUE_ARN,)),
            RedriveAllowPolicy("denyAll", (QUEUE_ARN,)),
            RedriveAllowPolicy("byqueue", (QUEUE_ARN,)),
        ),
        unknown=each_of_both(
            "redrive_allow_policy", UNKNOWN, RedriveAllowPolicy(UNKNOWN), RedriveAllowPolicy("byQueue", UNKNOWN)
        ),
    ),
    "QL017": Cases(
        fine=(
            *dlq(redrive_allow_policy=BY_QUEUE[10]),
            *dlq(redrive_allow_policy=RedriveAllowPolicy("other")),
            {"dead_letter_queue": None},
            ITSELF,
        ),
        warning=each(
            "dead_letter_queue",
            "redrive_allow_policy",
            *(
                UNSET,
                RedriveAllowPolicy("allowAll"),
                RedriveAllowPolicy("denyAll"),
                RedriveAllowPolicy("byQueue", (OTHER_ARN,)),
            ),
        ),
        unknown=(
            *dlq(redrive_allow_policy=UNKNOWN),
            *dlq(redrive_allow_policy=RedriveAllowPolicy("byQueue", (OTHER_ARN, UNKNOWN))),
            *dlq(redrive_allow_policy=RedriveAllowPolicy("byQueue", UNKNOWN)),
            *queue(arns=UNSET),
            {"dead_letter_queue": UNKNOWN},
        ),
    ),
    "QL018": Cases(
        fine=each_of_both("policy", (OPEN, TLS_ONLY), (DENY_IF_EXISTS,), DENY_BY_PARTS, (DENY_ALL,)),
        warning=(*each_of_both("policy", UNSET, *((statement,) for statement in NOT_TLS_ONLY)), *both(other_policies=((),))),
        unknown=each_of_both(
            "policy",
            UNKNOWN,
            (replace(TLS_ONLY, principals=(UNKNOWN,)),),
            (replace(TLS_ONLY, resources=(UNKNOWN,)),),
            (replace(TLS_ONLY, conditions=frozenset({("bool", "aws:securetransport", UNKNOWN)})),),
        ),
    ),
    "QL019": Cases(
        fine=each_of_both("policy", UNSET, (TLS_ONLY,), *((when(*conditions),) for conditions in CLOSED), *CLOSED_OTHERWISE),
        error=(
            *each_of_both("policy", *((when(*conditions),) for conditions in OPENED), *OPENED_OTHERWISE),
            *both(other_policies=((OPEN,),)),
        ),
        unknown=each_of_both("policy", UNKNOWN, *((when(*conditions),) for conditions in UNDECIDED), *UNDECIDED_OTHERWISE),
    ),
    "QL021": Cases(
        fine=(
            *each_of_both("policy", UNSET, (TLS_ONLY, OPEN), (from_sns(FROM_ONE),), (from_sns(FROM_ONE, LIKE_ANY),)),
            *each_of_both(
                "policy",
                (from_sns(("arnequalsifexists", "aws:sourcearn", TOPIC)),),
                (from_sns(("stringequals", "aws:sourceaccount", ACCOUNT)),),
                (replace(FROM_SNS, actions=("sqs:*",), resources=(OTHER_ARN,)),),
                (FROM_SNS, when(("stringnotequals", "aws:sourceaccount", ACCOUNT), of=DENY_ALL)),
                (replace(FROM_SNS, principals=UNKNOWN),),
            ),
        ),
        error=each_of_both(
            "policy",
            (replace(FROM_SNS, actions=("SQS:*",)),),
            (replace(FROM_SNS, actions=("*",), principals=("Service:mediaconvert.amazonaws.com",)),),
        ),
        warning=each_of_both(
            "policy",
            *((replace(FROM_SNS, principals=(name,)),) for name in SERVICES),
            (from_sns(LIKE_ANY),),
            (from_sns(TLS),),
            (from_sns(("stringnotequals", "aws:sourceaccount", ACCOUNT)),),
        ),
        unknown=each_of_both(
            "policy",
            UNKNOWN,
            (replace(FROM_SNS, principals=("Service:mediaconvert.amazonaws.com",)),),
            (from_sns(("arnequals", "aws:sourcearn", UNKNOWN)),),
            (replace(FROM_SNS, resources=(UNKNOWN,)),),
        ),
    ),
    "QL022": Cases(
        fine=(*both(duplicate_attributes={}), *both(other_policies=(UNKNOWN,))),
        error=(*both(duplicate_attributes=TWICE), *both(duplicate_attributes={"redrive_policy": TWICE["policy"]})),
        unknown=both(duplicate_attributes={"policy": UNKNOWN}),
    ),
}
