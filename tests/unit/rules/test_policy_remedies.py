"""Messages and remedies of the rules about policies: who has access, who lacks it, and by which policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from queuesmith.rules import KmsKey, Statement, check_pipeline
from tests.unit.rules.open_policies import FROM_ONE, OPEN, when
from tests.unit.rules.pipelines import CONSUME, MAY_CONSUME, TLS_ONLY, good
from tests.unit.rules.sender_key_cases import BY_EVENTS

ANY_TOPIC = replace(OPEN, principals=("Service:sns.amazonaws.com",))
FROM_TOPIC = when(FROM_ONE, of=ANY_TOPIC)
BOTH_PLACES = ("aws_sqs_queue_redrive_policy.a", "aws_sqs_queue.orders")
NOBODY = Statement("Deny", ("*",), resources=("*",), principals=("*",))


def encrypted(*policy: Statement) -> dict[str, Any]:
    """A queue with a key of this policy, and a role that can decrypt."""
    key = KmsKey(arns=("arn:aws:kms:eu-central-1:111111111111:key/a",), policy_is_readable=True, policy=policy)
    role = {"statements": (MAY_CONSUME, Statement("Allow", ("kms:Decrypt",), resources=key.arns))}
    return {"queue": {"kms_key": "alias/orders"}, "kms_key": key, "role": role}


CASES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "open": (
        "QL019",
        {"queue": {"policy": (TLS_ONLY, OPEN)}},
        "the policy of the queue allows everyone to perform sqs:SendMessage",
        "Specify the principal, or add a condition on aws:SourceArn or aws:SourceAccount",
    ),
    "for any topic": (
        "QL021",
        {"queue": {"policy": (TLS_ONLY, ANY_TOPIC)}},
        "the policy of the queue allows sns.amazonaws.com to perform sqs:SendMessage on behalf of any account",
        "Add a condition on aws:SourceArn with the ARN of the topic, bucket or rule",
    ),
    "everything for any topic": (
        "QL021",
        {"queue": {"policy": (TLS_ONLY, replace(ANY_TOPIC, actions=("sqs:*",)))}},
        "the policy of the queue allows sns.amazonaws.com to perform sqs:* on behalf of any account",
        "Add a condition on aws:SourceArn with the ARN of the topic, bucket or rule, and allow only sqs:SendMessage",
    ),
    "AWS-managed key": (
        "QL020",
        {"queue": {"kms_key": "alias/aws/sqs", "policy": (TLS_ONLY, FROM_TOPIC), "senders": (BY_EVENTS,)}},
        "queue.kms_key is the AWS-managed key, which events.amazonaws.com and sns.amazonaws.com cannot use to send",
        "Use SSE-SQS, or a customer managed key whose policy names the sender",
    ),
    "key that leaves senders out": (
        "QL020",
        {"queue": {"kms_key": "alias/orders", "policy": (TLS_ONLY, FROM_TOPIC)}, "kms_key": KmsKey(policy_is_readable=True)},
        "the policy of the KMS key does not allow sns.amazonaws.com to use it: messages that sns.amazonaws.com sends to the "
        "queue are lost",
        "In the policy of the KMS key, allow sns.amazonaws.com to perform kms:GenerateDataKey and kms:Decrypt",
    ),
    "two policies": (
        "QL022",
        {
            "terraform": True,
            "queue": {"duplicate_attributes": {"redrive_policy": BOTH_PLACES}},
        },
        "aws_sqs_queue_redrive_policy.a and aws_sqs_queue.orders both set the redrive policy of aws_sqs_queue.orders: each "
        "apply of one overwrites the other",
        "Keep one of them, with the complete policy",
    ),
    "denied by the queue": (
        "QL207",
        {"queue": {"policy": (NOBODY,)}},
        "the policy of the queue denies the role sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes on the "
        "queue: Lambda cannot poll it",
        "Remove the Deny from that policy, or exclude the queue from it",
    ),
    "outside of the boundary": (
        "QL207",
        {"role": {"statements": (MAY_CONSUME,), "boundary": (Statement("Allow", CONSUME[:2], resources=("*",)),)}},
        "the permissions boundary of the role does not allow sqs:GetQueueAttributes on the queue: Lambda cannot poll it",
        "Allow sqs:GetQueueAttributes on the ARN of the queue in the permissions boundary of the role too",
    ),
    "key that is closed": (
        "QL209",
        encrypted(),
        "the policy of the KMS key, which encrypts the queue, gives kms:Decrypt neither to the role nor to its account: Lambda "
        "receives no messages",
        "In the policy of the KMS key, allow kms:Decrypt for the role, or kms:* for the account's root",
    ),
    "key with a Deny": (
        "QL209",
        encrypted(NOBODY),
        "the policy of the KMS key denies the role kms:Decrypt on the KMS key, which encrypts the queue: Lambda receives no "
        "messages",
        "Remove the Deny from that policy, or exclude the KMS key from it",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_finding_names_the_policy_and_the_fix(case: str) -> None:
    rule, change, message, remedy = CASES[case]
    (finding,) = (finding for finding in check_pipeline(good(**change)).findings if finding.rule == rule)
    assert (finding.message, finding.remedy) == (message, remedy)
