"""The table of the rules about who may reach the queues: QL014 to QL020."""

from __future__ import annotations

from dataclasses import replace

from queuesmith.rules import RedriveAllow, Statement
from tests.unit.rules.cases import Cases, both, dlq, each, each_of_both, queue
from tests.unit.rules.pipelines import OTHER_ARN, QUEUE_ARN, TLS_ONLY, UNKNOWN, UNSET
from tests.unit.rules.queue_cases import ITSELF

BY_QUEUE = {count: RedriveAllow("byQueue", (QUEUE_ARN, *["other"] * (count - 1))) for count in (1, 10, 11)}
OPEN = Statement("Allow", ("sqs:SendMessage",), principals=("*",))
FROM_ONE = replace(OPEN, conditions=frozenset({("arnequals", "aws:sourcearn", "arn:aws:sns:eu-central-1:111111111111:shop")}))
FROM_SNS = replace(OPEN, principals=("Service:sns.amazonaws.com",))
FROM_ACCOUNT = replace(OPEN, actions=("SQS:Send*",), principals=("AWS:arn:aws:iam::222222222222:root",))
FROM_SOMEBODY = replace(OPEN, principals=(UNKNOWN,))
FROM_UNKNOWN = replace(OPEN, principals=UNKNOWN)
TO_EVERYBODY_BUT = replace(OPEN, actions=(), not_actions=("sqs:DeleteQueue",))
DENY_IF_EXISTS = replace(
    TLS_ONLY,
    actions=("SQS:*",),
    principals=("AWS:*",),
    conditions=frozenset({("boolifexists", "aws:securetransport", "false")}),
)
TLS = (("bool", "aws:securetransport", "true"),)
ANYBODY = (("stringlike", "aws:sourceaccount", "*"),)


def when(*conditions: tuple[str, str, str]) -> Statement:
    """An open statement with these conditions."""
    return replace(OPEN, conditions=frozenset(conditions))


NOT_TLS_ONLY = (
    replace(TLS_ONLY, effect="Allow", principals=("AWS:arn:aws:iam::111111111111:root",)),
    replace(TLS_ONLY, actions=("sqs:ReceiveMessage",)),
    replace(TLS_ONLY, principals=("AWS:arn:aws:iam::111111111111:root",)),
    replace(TLS_ONLY, conditions=frozenset({("bool", "aws:securetransport", "true")})),
    replace(TLS_ONLY, conditions=frozenset({("null", "aws:securetransport", "false")})),
)
AWS_KEY, OWN_KEY = "alias/aws/sqs", "alias/orders"
HERE = ("arn:aws:sqs:eu-central-1:222222222222:orders",)
ELSEWHERE = ("arn:aws:sqs:eu-central-1:111111111111:orders",)

QUEUE_ACCESS = {
    "QL014": Cases(
        fine=(*both(sse=True), *both(sse=UNSET, kms_key=UNKNOWN), *both(sse=False, kms_key=OWN_KEY)),
        hard=both(sse=True, kms_key=OWN_KEY),
        warning=both(sse=False),
        unknown=(*both(sse=UNKNOWN), *both(sse=True, kms_key=UNKNOWN), *both(sse=False, kms_key=UNKNOWN)),
    ),
    "QL015": Cases(
        fine=(
            *both(kms_key=OWN_KEY, data_key_reuse=60),
            *both(kms_key=OWN_KEY, data_key_reuse=86_400),
            *both(data_key_reuse=300),
            *both(data_key_reuse=UNSET),
        ),
        hard=(*both(kms_key=OWN_KEY, data_key_reuse=59), *both(data_key_reuse=86_401)),
        warning=(*both(data_key_reuse=60), *both(data_key_reuse=301)),
        unknown=(*both(data_key_reuse=UNKNOWN), *both(kms_key=UNKNOWN, data_key_reuse=60)),
    ),
    "QL016": Cases(
        fine=(
            *each_of_both("redrive_allow", BY_QUEUE[1], BY_QUEUE[10], UNSET, RedriveAllow("allowAll"), RedriveAllow("denyAll")),
        ),
        hard=each_of_both(
            "redrive_allow",
            BY_QUEUE[11],
            RedriveAllow("byQueue"),
            RedriveAllow("allowAll", (QUEUE_ARN,)),
            RedriveAllow("denyAll", (QUEUE_ARN,)),
            RedriveAllow("byqueue", (QUEUE_ARN,)),
        ),
        unknown=each_of_both("redrive_allow", UNKNOWN, RedriveAllow(UNKNOWN), RedriveAllow("byQueue", UNKNOWN)),
    ),
    "QL017": Cases(
        fine=(*dlq(redrive_allow=BY_QUEUE[10]), *dlq(redrive_allow=RedriveAllow("other")), {"dead_letter_queue": None}, ITSELF),
        warning=each(
            "dead_letter_queue",
            "redrive_allow",
            *(UNSET, RedriveAllow("allowAll"), RedriveAllow("denyAll"), RedriveAllow("byQueue", (OTHER_ARN,))),
        ),
        unknown=(
            *dlq(redrive_allow=UNKNOWN),
            *dlq(redrive_allow=RedriveAllow("byQueue", (OTHER_ARN, UNKNOWN))),
            *dlq(redrive_allow=RedriveAllow("byQueue", UNKNOWN)),
            *queue(arns=UNSET),
            {"dead_letter_queue": UNKNOWN},
        ),
    ),
    "QL018": Cases(
        fine=each_of_both("policy", (OPEN, TLS_ONLY), (DENY_IF_EXISTS,)),
        warning=each_of_both("policy", UNSET, *((statement,) for statement in NOT_TLS_ONLY)),
        unknown=each_of_both("policy", UNKNOWN, (replace(TLS_ONLY, principals=(UNKNOWN,)),)),
    ),
    "QL019": Cases(
        fine=each_of_both("policy", UNSET, (FROM_ONE,), (FROM_SNS,), (TLS_ONLY,), (when(*FROM_ONE.conditions, *TLS),)),
        error=each_of_both(
            "policy",
            *((when(*conditions),) for conditions in (TLS, ANYBODY, (*TLS, *ANYBODY))),
            (OPEN,),
            (replace(OPEN, principals=("AWS:*",)),),
            (TO_EVERYBODY_BUT,),
        ),
        unknown=each_of_both("policy", UNKNOWN, (FROM_UNKNOWN,), (FROM_SOMEBODY,)),
    ),
    "QL020": Cases(
        fine=(
            *both(kms_key=AWS_KEY),
            *both(kms_key=OWN_KEY, policy=(FROM_SNS,)),
            *both(kms_key=UNSET, policy=(FROM_SNS,)),
            *both(kms_key=AWS_KEY, policy=(FROM_ACCOUNT,), arns=HERE),
            *both(kms_key=AWS_KEY, policy=(replace(FROM_SNS, actions=("sqs:ReceiveMessage",)),)),
        ),
        warning=(
            *both(kms_key=AWS_KEY, policy=(FROM_SNS,)),
            *both(kms_key=f"arn:aws:kms:eu-central-1:111111111111:{AWS_KEY}", policy=(FROM_SNS,)),
            *both(kms_key=AWS_KEY, policy=(FROM_ACCOUNT,), arns=ELSEWHERE),
        ),
        unknown=(
            *both(kms_key=UNKNOWN),
            *both(kms_key=AWS_KEY, policy=UNKNOWN),
            *both(kms_key=AWS_KEY, policy=(FROM_SOMEBODY,)),
            *both(kms_key=AWS_KEY, policy=(FROM_UNKNOWN,)),
        ),
    ),
}
