"""The SNS topic that alarms notify if the settings do not name one."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.kms_key_policy import KmsKeyPolicy
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from queuesmith.constructs.arn_parts import ArnParts, arn_parts
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.permissions import PolicyStatement

CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


class AlarmTopic(Construct):
    """A topic with its own encryption key, because CloudWatch cannot use the key that AWS manages for SNS."""

    def __init__(self, scope: Construct, id: str, environment: str, emails: Sequence[str]) -> None:
        super().__init__(scope, id)
        name = f"{environment}-alarms"
        key = KmsKey(
            self, "key", description=f"Encrypts the topic {name}", enable_key_rotation=True, deletion_window_in_days=30
        )
        key_arn = arn_parts(self, key.arn)
        KmsKeyPolicy(self, "key-policy", key_id=key.key_id, policy=_key_policy(key_arn))
        KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=key.key_id)
        topic = SnsTopic(self, "Default", name=name, kms_master_key_id=key.arn)  # cdktf omits this id from the address
        self.arn: str = topic.arn
        SnsTopicPolicy(self, "policy", arn=self.arn, policy=_topic_policy(self.arn, key_arn.account))
        for email in emails:
            SnsTopicSubscription(self, f"mail-{email}", topic_arn=self.arn, protocol="email", endpoint=email)


def _key_policy(key_arn: ArnParts) -> str:
    """Return the key's policy. In it, resource * is the key itself."""
    account_manages = PolicyStatement(  # without it, no principal could change or delete the key
        ["kms:*"],
        ["*"],
        sid="TheAccountManagesTheKey",
        principal={"AWS": f"arn:{key_arn.partition}:iam::{key_arn.account}:root"},
    )
    alarms_use = PolicyStatement(
        ["kms:Decrypt", "kms:GenerateDataKey*"],
        ["*"],
        sid="AlarmsUseTheKey",
        principal=CLOUDWATCH,
        condition={"StringEqualsIfExists": {"aws:SourceAccount": key_arn.account}},
    )
    return permissions.document(account_manages, alarms_use)


def _topic_policy(topic_arn: str, account: str) -> str:
    alarms_publish = PolicyStatement(
        ["sns:Publish"],
        [topic_arn],
        sid="AlarmsPublish",
        principal=CLOUDWATCH,
        condition={"StringEquals": {"aws:SourceAccount": account}},
    )
    return permissions.document(alarms_publish, permissions.tls_only(topic_arn, "sns:Publish"))
