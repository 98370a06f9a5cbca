"""The SNS topic that alarms go to where no other is named."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from queuesmith.constructs.arn_scope import arn_scope
from queuesmith.constructs.bindings import KmsAlias, KmsKey, KmsKeyPolicy, SnsTopic, SnsTopicPolicy, SnsTopicSubscription
from queuesmith.settings.derived import iam_documents as permissions
from queuesmith.settings.derived.iam_documents import Statement

CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


class AlarmTopic(Construct):
    """A topic, encrypted with a key of its own: CloudWatch may not use the one that AWS manages for SNS."""

    def __init__(self, scope: Construct, id: str, environment: str, emails: Sequence[str]) -> None:
        super().__init__(scope, id)
        name = f"{environment}-alarms"
        key = KmsKey(
            self, "key", description=f"Encrypts the topic {name}", enable_key_rotation=True, deletion_window_in_days=30
        )
        where = arn_scope(self, key.arn)
        own = {"StringEquals": {"aws:SourceAccount": where.account}}
        policy = permissions.document(
            Statement(
                ["kms:*"],  # in a key's policy: this key, which its account could not manage any more without
                ["*"],
                sid="TheAccountManagesTheKey",
                principal={"AWS": f"arn:{where.partition}:iam::{where.account}:root"},
            ),
            Statement(
                ["kms:Decrypt", "kms:GenerateDataKey*"],
                ["*"],
                sid="AlarmsUseTheKey",
                principal=CLOUDWATCH,
                condition={"StringEqualsIfExists": {"aws:SourceAccount": where.account}},
            ),
        )
        KmsKeyPolicy(self, "key-policy", key_id=key.key_id, policy=policy)
        KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=key.key_id)
        topic = SnsTopic(self, "Default", name=name, kms_master_key_id=key.arn)  # this id adds nothing to the address
        self.arn: str = topic.arn
        policy = permissions.document(
            Statement(["sns:Publish"], [self.arn], sid="AlarmsPublish", principal=CLOUDWATCH, condition=own),
            permissions.tls_only(self.arn, "sns:Publish"),
        )
        SnsTopicPolicy(self, "policy", arn=self.arn, policy=policy)
        for email in emails:
            SnsTopicSubscription(self, f"mail-{email}", topic_arn=self.arn, protocol="email", endpoint=email)
