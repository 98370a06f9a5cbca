"""The cases of the rule about the queue's key: QL209."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuesmith.rules import KmsKey, Statement, Unknown
from queuesmith.rules.iam.policy import DEFAULT_KEY_POLICY, OWN_ACCOUNT, Condition
from tests.unit.rules.cases import Cases, Change
from tests.unit.rules.pipelines import MAY_CONSUME, QUEUE_ARN, UNKNOWN
from tests.unit.rules.role_cases import BY_IP, HERE, NARROW, OTHER_ROLE, REAL, ROLE_ARN, allowed


def encrypted(
    key: Any, *statements: Statement, kms_key: Any = "alias/orders", on: Any = (QUEUE_ARN,), **changes: Any
) -> tuple[Change, ...]:
    """A queue with a key, and the permissions of the role."""
    parts = {"kms_key": kms_key, "arns": on}
    may = {"statements": (MAY_CONSUME, *statements), "arns": (ROLE_ARN,), **changes}
    return ({"queue": parts, "kms_key": key, "role": may, "terraform": True},)


KEY = KmsKey(address="aws_kms_key.orders", arns=("${aws_kms_key.orders.arn}",), policy_is_readable=True)
OUTSIDE = replace(KEY, policy_is_readable=False)
DECRYPT = allowed("kms:Decrypt", on=KEY.arns)


def key_policy(*principals: Any) -> KmsKey:
    """A key whose own policy allows these principals to decrypt."""
    return replace(KEY, policy=(Statement("Allow", ("kms:*",), resources=("*",), principals=principals),))


def granted(principal: str, *actions: str, on: KmsKey = KEY, **changes: Any) -> KmsKey:
    """A key with a grant."""
    return replace(on, grants=(Statement("Allow", actions or ("kms:Decrypt",), principals=(principal,), **changes),))


DENY_DECRYPT = Statement("Deny", ("kms:Decrypt",), principals=("*",))
CALLER: Condition = ("stringequals", "kms:calleraccount", "111111111111")
VIA_SQS = Statement(
    actions=("kms:*",),
    principals=("AWS:*",),
    resources=("*",),
    conditions=frozenset({CALLER, ("stringlike", "kms:viaservice", "sqs.*.amazonaws.com")}),
)
VIA_S3 = frozenset({CALLER, ("stringlike", "kms:viaservice", "s3.*.amazonaws.com")})

KEYS = {
    "QL209": Cases(
        fine=(
            *encrypted(KEY, DECRYPT),
            *encrypted(KEY, allowed("kms:*")),
            *encrypted(key_policy(f"AWS:{ROLE_ARN}")),
            *encrypted(key_policy("AWS:arn:aws:iam::111111111111:role/workers/orders")),
            *encrypted(key_policy(UNKNOWN, "*")),
            *encrypted(None),
            *encrypted(UNKNOWN, kms_key=None),
            *encrypted(UNKNOWN, kms_key="alias/aws/sqs"),
            *encrypted(replace(KEY, state="Updating"), DECRYPT),
            *encrypted(granted(f"AWS:{ROLE_ARN}")),
            *encrypted(granted(OTHER_ROLE), DECRYPT),
            *encrypted(granted("AWS:arn:aws:iam::111111111111:role/orders", on=OUTSIDE)),
            *encrypted(key_policy("AWS:111111111111"), DECRYPT, arns=HERE),
            *encrypted(key_policy(f"AWS:arn:aws:iam::{OWN_ACCOUNT}:root"), DECRYPT),
            *encrypted(replace(KEY, policy=(VIA_SQS,)), DECRYPT, arns=HERE, on=(REAL,)),
            *encrypted(OUTSIDE, DECRYPT),
            *encrypted(KEY, DECRYPT, boundary=(allowed("*"),)),
        ),
        error=(
            *(
                change
                for state in ("Disabled", "PendingDeletion", "PendingImport", "Unavailable", "missing")
                for change in encrypted(replace(KEY, state=state), DECRYPT)
            ),
            *encrypted(KEY),
            *encrypted(key_policy("AWS:arn:aws:iam::111111111111:root")),
            *encrypted(key_policy("AWS:${aws_iam_role.not_orders.arn}", "AWS:arn:aws:iam::111111111111:role/not-orders")),
            *encrypted(replace(KEY, policy=()), DECRYPT),
            *encrypted(key_policy(OTHER_ROLE), DECRYPT),
            *encrypted(key_policy("AWS:222222222222"), DECRYPT, arns=HERE),
            *encrypted(key_policy("Service:lambda.amazonaws.com"), DECRYPT),
            *encrypted(granted(OTHER_ROLE)),
            *encrypted(granted(f"AWS:{ROLE_ARN}", "kms:Encrypt")),
            *encrypted(replace(KEY, policy=(*DEFAULT_KEY_POLICY, DENY_DECRYPT)), DECRYPT),
            *encrypted(KEY, DECRYPT, replace(DENY_DECRYPT, not_resources=(QUEUE_ARN,))),
            *encrypted(OUTSIDE, DECRYPT, replace(DENY_DECRYPT, resources=("*",))),
            *encrypted(KEY, DECRYPT, boundary=NARROW),
            *encrypted(replace(KEY, policy=(replace(VIA_SQS, conditions=VIA_S3),)), arns=HERE, on=(REAL,)),
        ),
        warning=(
            *encrypted(OUTSIDE),
            *encrypted(granted(OTHER_ROLE, on=OUTSIDE)),
            *encrypted(OUTSIDE, allowed("kms:Decrypt", on=("${aws_kms_key.other.arn}",))),
        ),
        unknown=(
            *encrypted(KEY, kms_key=UNKNOWN),
            *encrypted(UNKNOWN),
            *encrypted(KEY, unreadable_policies=(Unknown("a policy"),)),
            *encrypted(key_policy(UNKNOWN)),
            *encrypted(replace(KEY, policy=UNKNOWN)),
            *encrypted(replace(KEY, arns=())),
            *encrypted(replace(KEY, state=UNKNOWN), DECRYPT),
            *encrypted(KEY, allowed("kms:Decrypt", on=(UNKNOWN,))),
            *encrypted(replace(KEY, policy=UNKNOWN), DECRYPT),
            *encrypted(replace(KEY, grants=UNKNOWN)),
            *encrypted(granted(f"AWS:{ROLE_ARN}", conditions=frozenset({("", "", UNKNOWN)}))),
            *encrypted(replace(KEY, policy=(VIA_SQS,))),
            *encrypted(replace(KEY, policy=(*DEFAULT_KEY_POLICY, replace(DENY_DECRYPT, conditions=BY_IP))), DECRYPT),
            *encrypted(KEY, DECRYPT, boundary=UNKNOWN),
        ),
    ),
}
