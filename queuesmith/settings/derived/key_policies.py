"""The statements of a KMS key's policy: for the account, for CloudWatch, and for the producers of a queue.

In a key's policy, resource * is the key itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from queuesmith.settings import ProducerSettings
from queuesmith.settings.arns import region_of
from queuesmith.settings.derived.permissions import ENCRYPT, PolicyStatement
from queuesmith.settings.derived.producer_policies import ServiceProducer, organization_conditions
from queuesmith.settings.field_types import is_token

_LOG_ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")
"""The actions of CloudWatch Logs (CloudWatch Logs User Guide, Encrypt log data using AWS KMS)."""


def account_manages(partition: str, account: str) -> PolicyStatement:
    """Return the statement without which no principal could change or delete the key. IAM policies then decide on its use."""
    principal = {"AWS": f"arn:{partition}:iam::{account}:root"}
    return PolicyStatement(["kms:*"], ["*"], sid="TheAccountManagesTheKey", principal=principal)


def alarms_use(account: str) -> PolicyStatement:
    """Return the statement for alarms that notify a topic with this key."""
    return PolicyStatement(
        ["kms:Decrypt", "kms:GenerateDataKey*"],
        ["*"],
        sid="AlarmsUseTheKey",
        principal={"Service": "cloudwatch.amazonaws.com"},
        condition={"StringEqualsIfExists": {"aws:SourceAccount": account}},
    )


def log_groups_use(region: str, log_group_arns: Sequence[str]) -> PolicyStatement:
    """Return the statement for these log groups. CloudWatch Logs names the log group in the encryption context."""
    suffix = ".cn" if region.startswith("cn-") else ""
    return PolicyStatement(
        _LOG_ACTIONS,
        ["*"],
        sid="LogGroupsUseTheKey",
        principal={"Service": f"logs.{region}.amazonaws.com{suffix}"},
        condition={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": list(log_group_arns)}},
    )


def producers_use(producers: ProducerSettings, services: Iterable[ServiceProducer], kms_key_arn: str) -> list[PolicyStatement]:
    """Return the statements that let the producers of a queue use its key."""
    # a principal uses the key only through SQS in the key's region (AWS KMS Developer Guide, kms:ViaService)
    region = "*" if is_token(kms_key_arn) else region_of(kms_key_arn)
    through_sqs = {"StringLike": {"kms:ViaService": f"sqs.{region}.amazonaws.com*"}}  # .com.cn in China
    return [
        *(_allow_encrypt(producer.sid, {"Service": producer.service}, producer.condition_on_key) for producer in services),
        *(_allow_encrypt(f"Principal{n}", {"AWS": arn}, through_sqs) for n, arn in enumerate(producers.principals, 1)),
        *(
            _allow_encrypt(sid, {"AWS": "*"}, {**condition, **through_sqs})
            for sid, condition in organization_conditions(producers)
        ),
    ]


def _allow_encrypt(sid: str, principal: dict[str, str], condition: dict[str, dict[str, Any]]) -> PolicyStatement:
    return PolicyStatement(ENCRYPT, ["*"], sid=sid, principal=principal, condition=condition)
