"""The table of the rules about queues: QL001 to QL020."""

from __future__ import annotations

from dataclasses import replace

from queuesmith.rules import Redrive, RedriveAllow, Statement
from tests.unit.rules.cases import Cases, both, dlq, each, each_of_both, function, mapping, queue, together
from tests.unit.rules.pipelines import OTHER_ARN, QUEUE_ARN, TLS_ONLY, UNKNOWN, UNSET

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

QUEUES = {
    "QL001": Cases(
        fine=(*queue(visibility_timeout=31), *together(queue(visibility_timeout=0), function(timeout=0))),
        hard=(
            *queue(visibility_timeout=29),
            *queue(visibility_timeout=0),
            *({"terraform": True, **c} for c in queue(visibility_timeout=29)),
        ),
        error=(*queue(visibility_timeout=30), *queue(visibility_timeout=UNSET)),
        warning=({"terraform": True, "queue": {"visibility_timeout": 30}},),
        unknown=(*queue(visibility_timeout=UNKNOWN), *function(timeout=UNKNOWN)),
    ),
    "QL002": Cases(
        fine=(
            *queue(visibility_timeout=180),
            *queue(visibility_timeout=30),
            *queue(visibility_timeout=UNSET),
            *together(queue(visibility_timeout=190), mapping(batching_window=10)),
            *together(queue(visibility_timeout=43_200), mapping(batching_window=100_000)),
        ),
        warning=(*each("queue", "visibility_timeout", 31, 179), *mapping(batching_window=1)),
        unknown=(*queue(visibility_timeout=UNKNOWN), *function(timeout=UNKNOWN), *mapping(batching_window=UNKNOWN)),
    ),
    "QL003": Cases(
        fine=each_of_both("visibility_timeout", 0, 43_200, UNSET),
        hard=each_of_both("visibility_timeout", -1, 43_201),
        unknown=both(visibility_timeout=UNKNOWN),
    ),
    "QL004": Cases(error=queue(redrive=UNSET), fine=dlq(redrive=UNSET), unknown=queue(redrive=UNKNOWN)),
    "QL005": Cases(
        fine=each("queue", "redrive", Redrive(5), Redrive(1_000), UNSET),
        hard=each("queue", "redrive", Redrive(0), Redrive(1_001)),
        warning=each("queue", "redrive", Redrive(1), Redrive(4)),
        unknown=each("queue", "redrive", Redrive(UNKNOWN), UNKNOWN),
    ),
    "QL006": Cases(
        fine=(*together(queue(fifo=True), dlq(fifo=True)), *both(fifo=UNSET), {"dead_letter_queue": None}),
        hard=(*queue(fifo=True), *dlq(fifo=True)),
        unknown=(*both(fifo=UNKNOWN), {"dead_letter_queue": UNKNOWN}),
    ),
    "QL007": Cases(
        fine=(
            *dlq(retention=345_601),
            *queue(retention=UNSET),
            {"dead_letter_queue": None},
            *together(queue(fifo=True), dlq(fifo=True, retention=60)),
        ),
        warning=(*each("dead_letter_queue", "retention", 345_600, 345_599, UNSET), *queue(retention=1_209_600)),
        unknown=(*both(retention=UNKNOWN), *queue(fifo=UNKNOWN), {"dead_letter_queue": UNKNOWN}),
    ),
    "QL008": Cases(
        fine=(*queue(retention=901), *queue(redrive=UNSET)),
        warning=(*queue(retention=900), *queue(retention=60), *queue(redrive=Redrive(1_920))),
        unknown=(*queue(retention=UNKNOWN), *queue(visibility_timeout=UNKNOWN), *queue(redrive=Redrive(UNKNOWN))),
    ),
    "QL009": Cases(
        fine=each_of_both("retention", 60, 1_209_600, UNSET),
        hard=each_of_both("retention", 59, 0, 1_209_601),
        unknown=both(retention=UNKNOWN),
    ),
    "QL010": Cases(
        fine=(
            *each_of_both("delay", 0, 900, UNSET),
            *each_of_both("receive_wait", 0, 20, UNSET),
            *each_of_both("maximum_message_size", 1_024, 262_144, UNSET),
            *({"terraform": True, **change} for change in each_of_both("maximum_message_size", 262_145, 1_048_576)),
        ),
        hard=(
            *each_of_both("delay", -1, 901),
            *each_of_both("receive_wait", -1, 21),
            *each_of_both("maximum_message_size", 1_023, 1_048_577),
            *({"terraform": True, **change} for change in each_of_both("maximum_message_size", 1_048_577)),
        ),
        error=each_of_both("maximum_message_size", 262_145, 1_048_576),
        unknown=(*both(delay=UNKNOWN), *both(receive_wait=UNKNOWN), *both(maximum_message_size=UNKNOWN)),
    ),
    "QL011": Cases(
        fine=(*each_of_both("name", "a", "a" * 80, "Orders_2-x", UNSET), *both(fifo=True, name="a" * 75 + ".fifo")),
        hard=(
            *each_of_both("name", "", "a" * 81, "orders.x", "orders.fifo", "Bestellungen-über", "orders\n"),
            *both(fifo=True, name="a" * 76 + ".fifo"),
            *both(fifo=True, name="orders"),
            *both(fifo=True, name=".fifo"),
        ),
        unknown=(*both(name=UNKNOWN), *both(fifo=UNKNOWN)),
    ),
    "QL012": Cases(
        fine=(
            *both(fifo=True, content_based_deduplication=True),
            *both(content_based_deduplication=UNSET),
            *both(deduplication_scope=UNSET),
            *both(throughput_limit=""),
        ),
        hard=(
            *both(content_based_deduplication=True),
            *both(deduplication_scope="queue"),
            *both(throughput_limit="perQueue"),
        ),
        unknown=(*both(throughput_limit=UNKNOWN), *both(fifo=UNKNOWN)),
    ),
    "QL013": Cases(
        fine=(
            *both(fifo=True, throughput_limit="perMessageGroupId", deduplication_scope="messageGroup"),
            *both(fifo=True, throughput_limit="perQueue"),
            *both(fifo=True, throughput_limit=UNSET, deduplication_scope="queue"),
        ),
        hard=(
            *both(fifo=True, throughput_limit="perMessageGroupId"),
            *both(fifo=True, throughput_limit="perMessageGroupId", deduplication_scope="queue"),
        ),
        unknown=(
            *both(fifo=True, throughput_limit=UNKNOWN),
            *both(fifo=True, throughput_limit="perMessageGroupId", deduplication_scope=UNKNOWN),
        ),
    ),
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
        fine=(*dlq(redrive_allow=BY_QUEUE[10]), *dlq(redrive_allow=RedriveAllow("other")), {"dead_letter_queue": None}),
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
        fine=each_of_both("policy", UNSET, (FROM_ONE,), (FROM_SNS,), (TLS_ONLY,)),
        error=each_of_both("policy", (OPEN,), (replace(OPEN, principals=("AWS:*",)),), (TO_EVERYBODY_BUT,)),
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
