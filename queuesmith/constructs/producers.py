"""The producers in a worker's settings, connected to its queue, and the policy for the account's own producers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetSqsTarget,
)
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from queuesmith.common.json_values import compact_json
from queuesmith.constructs.arn_parts import arn_parts
from queuesmith.constructs.schedules import Schedules
from queuesmith.constructs.work_queue import WorkQueue
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived.function_access import SourceQueue
from queuesmith.settings.derived.key_policies import producers_use
from queuesmith.settings.derived.permissions import PolicyStatement
from queuesmith.settings.derived.producer_policies import (
    dead_letter_statements,
    producer_policy,
    queue_statements,
    service_producers,
)
from queuesmith.settings.encryption import CREATED_KEY
from queuesmith.settings.producers import RuleProducer, TopicProducer


class Producers(Construct):
    """Connects the producers in a worker's settings to its queue, and creates the policy for the account's own producers."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: WorkerSettings,
        queue: SourceQueue,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._settings, self._queue, self._tags = settings, queue, dict(tags) if tags else None
        self.outputs: dict[str, str] = {"producer_policy": producer_policy(queue.arn, queue.kms_key_arn)}
        """Policies and statements that other stacks or accounts need, by output name."""
        self.key_statements: list[PolicyStatement] = []
        """The statements that the policy of the queue's customer managed key needs for the producers."""
        if isinstance(queue, WorkQueue):  # the owner of an existing queue manages its policy
            self._connect_producers(queue)
        if settings.producers.managed_policy:
            self._managed_policy()

    def _connect_producers(self, queue: WorkQueue) -> None:
        producers = self._settings.producers
        rules = {key: self._rule(key, rule) for key, rule in producers.rules.items()}
        self._allow_producers(queue, {key: rule.arn for key, rule in rules.items()})
        for key, topic in producers.topics.items():
            self._subscribe(key, topic, queue)
        if producers.schedules:
            Schedules(self, "schedules", self._settings, queue, tags=self._tags)
        for key, rule in producers.rules.items():
            self._target(key, rule, rules[key], queue)
        if producers.buckets:
            self.outputs["bucket_notifications"] = compact_json(self._notifications())

    def _allow_producers(self, queue: WorkQueue, rule_arns: Mapping[str, str]) -> None:
        producers = self._settings.producers
        needs_account = bool(rule_arns) or any(bucket.account is None for bucket in producers.buckets.values())
        services = service_producers(producers, rule_arns, arn_parts(self, queue.arn).account if needs_account else "")
        for statement in queue_statements(producers, services, queue.arn):
            queue.allow(statement)
        for statement in dead_letter_statements(services, queue.dead_letter_queue.arn):
            queue.allow_to_dead_letter(statement)
        if queue.kms_key_arn is None:
            return
        self.key_statements = producers_use(producers, services, queue.kms_key_arn)
        if self.key_statements and queue.kms_key_arn != CREATED_KEY:  # the stack writes the policy of the key that it creates
            self.outputs["key_policy_statements"] = compact_json([each.as_dict() for each in self.key_statements])

    def _subscribe(self, key: str, topic: TopicProducer, queue: WorkQueue) -> None:
        policy, to_dlq = topic.filter_policy, topic.undelivered_to_dlq
        SnsTopicSubscription(
            self,
            f"topic-{key}",
            topic_arn=topic.arn,
            protocol="sqs",
            endpoint=queue.arn,
            raw_message_delivery=topic.raw or None,
            filter_policy=None if policy is None else compact_json(policy),
            filter_policy_scope=None if policy is None else topic.filter_scope,
            redrive_policy=compact_json({"deadLetterTargetArn": queue.dead_letter_queue.arn}) if to_dlq else None,
            depends_on=[queue.policy, queue.dead_letter_policy] if to_dlq else [queue.policy],
        )

    def _rule(self, key: str, rule: RuleProducer) -> CloudwatchEventRule:
        pattern = rule.pattern
        return CloudwatchEventRule(
            self,
            f"rule-{key}",
            name=f"{self._settings.name}-{key}",
            event_pattern=None if pattern is None else compact_json(pattern),
            schedule_expression=rule.schedule,
            event_bus_name=_event_bus(rule),
            state=None if rule.enabled else "DISABLED",
            tags=self._tags,
        )

    def _target(self, key: str, rule: RuleProducer, resource: CloudwatchEventRule, queue: WorkQueue) -> None:
        group, to_dlq = rule.message_group, rule.undelivered_to_dlq
        CloudwatchEventTarget(
            self,
            f"target-{key}",
            rule=resource.name,
            event_bus_name=_event_bus(rule),
            arn=queue.arn,
            sqs_target=None if group is None else CloudwatchEventTargetSqsTarget(message_group_id=group),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=queue.dead_letter_queue.arn) if to_dlq else None,
            depends_on=[queue.policy, queue.dead_letter_policy] if to_dlq else [queue.policy],
        )

    def _notifications(self) -> dict[str, dict[str, Any]]:
        """Return the notification for each bucket: the arguments of `queue` in `aws_s3_bucket_notification`.

        The bucket's owner must add it, because a bucket has only one list of notifications.
        """
        return {
            key: {
                "bucket_arn": bucket.arn,
                "queue_arn": self._queue.arn,
                "events": list(bucket.events),
                **({"filter_prefix": bucket.prefix} if bucket.prefix else {}),
                **({"filter_suffix": bucket.suffix} if bucket.suffix else {}),
            }
            for key, bucket in self._settings.producers.buckets.items()
        }

    def _managed_policy(self) -> None:
        name, document = f"{self._settings.name}-producer", self.outputs["producer_policy"]
        policy = IamPolicy(self, "policy", name=name, policy=document, tags=self._tags)
        self.outputs["producer_policy_arn"] = policy.arn


def _event_bus(rule: RuleProducer) -> str | None:
    """Return the bus for the provider, which expects no name for the default bus."""
    return None if rule.event_bus == "default" else rule.event_bus
