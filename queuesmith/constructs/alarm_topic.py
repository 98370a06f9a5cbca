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

from queuesmith.constructs.arn_parts import arn_parts
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.key_policies import account_manages, alarms_use
from queuesmith.settings.derived.permissions import PolicyStatement

CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


class AlarmTopic(Construct):
    """A topic for alarms, with a customer managed key, because CloudWatch cannot use the key that AWS manages for SNS.

    Pass its ARN to the workers: `QueueWorker(alarm_topic_arn=topic.arn)`. Only CloudWatch alarms of this account can publish to
    it.

    Parameters
    ----------
    scope
        The stack, or another construct in it.
    id
        Part of the Terraform address. A change replaces the topic.
    environment
        The environment's name. The topic's name is `ENVIRONMENT-alarms`.
    emails
        The subscribers. AWS sends each a link to confirm the subscription. If there are none, subscribe to the topic yourself.
    kms_key_arn
        The key, whose policy must let CloudWatch use it. Default: a new key for the topic.

    """

    def __init__(
        self, scope: Construct, id: str, environment: str, emails: Sequence[str], kms_key_arn: str | None = None
    ) -> None:
        super().__init__(scope, id)
        name = f"{environment}-alarms"
        key = kms_key_arn or self._own_key(name)
        topic = SnsTopic(self, "Default", name=name, kms_master_key_id=key)  # cdktf omits this id from the address
        self.arn: str = topic.arn
        """The topic's ARN."""
        SnsTopicPolicy(self, "policy", arn=self.arn, policy=_topic_policy(self.arn, arn_parts(self, key).account))
        for email in emails:
            SnsTopicSubscription(self, f"mail-{email}", topic_arn=self.arn, protocol="email", endpoint=email)

    def _own_key(self, name: str) -> str:
        key = KmsKey(
            self, "key", description=f"Encrypts the topic {name}", enable_key_rotation=True, deletion_window_in_days=30
        )
        own = arn_parts(self, key.arn)
        policy = permissions.document(account_manages(own.partition, own.account), alarms_use(own.account))
        KmsKeyPolicy(self, "key-policy", key_id=key.key_id, policy=policy)
        KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=key.key_id)
        arn: str = key.arn
        return arn


def _topic_policy(topic_arn: str, account: str) -> str:
    alarms_publish = PolicyStatement(
        ["sns:Publish"],
        [topic_arn],
        sid="AlarmsPublish",
        principal=CLOUDWATCH,
        condition={"StringEquals": {"aws:SourceAccount": account}},
    )
    return permissions.document(alarms_publish, permissions.tls_only(topic_arn, "sns:Publish"))
