"""A worker: an SQS queue, the Lambda function that processes its messages, and their supporting resources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

import jsii
from cdktf import TerraformOutput, TerraformStack
from constructs import Construct, IValidation

from queuesmith.checks.worker_check import check_worker
from queuesmith.constructs.alarms import AlarmPack
from queuesmith.constructs.event_source import EventSource
from queuesmith.constructs.existing_queue import ExistingQueue
from queuesmith.constructs.lookup import StackLookup
from queuesmith.constructs.operator_permissions import policy
from queuesmith.constructs.producers import Producers
from queuesmith.constructs.table import Table
from queuesmith.constructs.work_queue import WorkQueue
from queuesmith.constructs.worker_function import WorkerFunction
from queuesmith.readers.settings import Surroundings
from queuesmith.rules import Severity
from queuesmith.settings import WorkerSettings
from queuesmith.settings.access import Kind
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.function_access import SourceQueue, uses

PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""Ids that cdktf uses as a name without changes."""


@jsii.implements(IValidation)
class QueueWorker(Construct):
    """Queue, DLQ, function, event source mapping, producers and alarms of one worker.

    `app.synth()` fails with the construct's path if settings or grants violate a rule.

    Parameters
    ----------
    settings
        The worker's settings: `WorkerSettings.model_validate({...})`.
    tables
        The tables that `settings.tables` names, by the same keys.
    alarm_topic_arn
        The SNS topic that the worker's alarms notify.
    paging_topic_arn
        The SNS topic that the worker's composite paging alarm notifies.
    prevent_destroy
        Whether Terraform refuses a plan that deletes the worker's queues.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: WorkerSettings,
        *,
        tables: Mapping[str, Table] | None = None,
        alarm_topic_arn: str | None = None,
        paging_topic_arn: str | None = None,
        prevent_destroy: bool = False,
    ) -> None:
        super().__init__(scope, id)
        self.settings = settings
        tags = {"worker": id, **settings.tags}
        self.queue = self._queue(tags, prevent_destroy=prevent_destroy)
        used = uses(settings, self.queue, StackLookup(self, tables or {}, self.queue.arn))
        self.function = WorkerFunction(self, "function", settings, self.queue, used, tags=tags)
        self.source = EventSource(self, "source", settings.source, self.queue, self.function, tags=tags)
        self.producers = Producers(self, "producers", settings, self.queue, tags=tags)
        self.alarms = AlarmPack(
            self, "alarms", settings, self.queue, topic_arn=alarm_topic_arn, paging_topic_arn=paging_topic_arn, tags=tags
        )
        self._add_outputs(scope, id)
        self.node.add_validation(self)  # app.synth() calls validate()

    def grant(self, actions: Sequence[str], resources: Sequence[str]) -> None:
        """Allow the function these actions on these resources: `grant(["s3:GetObject"], [f"{bucket.arn}/*"])`.

        Raises ValueError if a grant is too broad: every action, every action of a service, or every resource for an action that
        supports an ARN.
        """
        self.function.grant([permissions.granted(actions, resources)])

    def allow_table(self, arn: str, kind: Kind) -> None:
        """Allow the function to `read`, `write` or `read_write` one DynamoDB table."""
        self.function.grant([permissions.use_table(arn, permissions.TABLE_OPERATIONS[kind])])

    def allow_objects(self, bucket_arn: str, prefix: str, kind: Kind, key_arn: str | None = None) -> None:
        """Allow the function to `read`, `write` or `read_write` the objects of a bucket whose keys begin with a prefix.

        `key_arn` is the customer managed key that encrypts the objects, if there is one. It is the same in the methods below.
        """
        self.function.grant(permissions.use_objects(bucket_arn, prefix, kind, key_arn))

    def allow_secret_read(self, arn: str, key_arn: str | None = None) -> None:
        """Allow the function to read one secret in Secrets Manager."""
        self.function.grant(permissions.read_secret(arn, key_arn))

    def allow_parameter_read(self, arn: str, key_arn: str | None = None) -> None:
        """Allow the function to read one SSM parameter."""
        self.function.grant(permissions.read_parameter(arn, key_arn))

    def allow_publish(self, topic_arn: str, key_arn: str | None = None) -> None:
        """Allow the function to publish to one SNS topic."""
        self.function.grant(permissions.publish(topic_arn, key_arn))

    def allow_send(self, queue_arn: str, key_arn: str | None = None) -> None:
        """Allow the function to send to one queue other than its own."""
        self.function.grant(permissions.send(queue_arn, key_arn))

    def validate(self) -> list[str]:
        """Return the errors that the rules find in the settings and the additional grants. `app.synth()` calls it."""
        around = Surroundings(granted=tuple(self.function.granted))
        findings = check_worker(self.settings.name, self.settings, date.today(), around)
        return [f"{f.message}. {f.remedy}. [{f.rule}]" for f in findings if f.severity is Severity.ERROR]

    def _queue(self, tags: Mapping[str, str], *, prevent_destroy: bool) -> SourceQueue:
        existing = self.settings.existing_queue
        if existing is not None:
            return ExistingQueue(self, "queue", existing)
        return WorkQueue(self, "queue", self.settings, tags=tags, prevent_destroy=prevent_destroy)

    def _add_outputs(self, scope: Construct, id: str) -> None:
        arns = self._arns()
        values = {
            "queue_url": self.queue.url,
            "queue_arn": self.queue.arn,
            "dead_letter_queue_url": self.queue.dead_letter_url,
            "dead_letter_queue_arn": self.queue.dead_letter_arn,
            "function_name": self.function.name,
            "log_group": self.function.log_group_name,
            **self.producers.outputs,
            "operator_read_policy": policy("read", arns),
            "operator_act_policy": policy("act", arns),
        }
        in_stack = isinstance(scope, TerraformStack) and PLAIN_NAME.fullmatch(id) is not None
        for name, value in values.items():
            if value is None:
                continue
            if in_stack:  # there, the output's name is its id, so no call to Node is needed
                TerraformOutput(scope, f"{id}_{name}", value=value)
            else:
                TerraformOutput(self, name.replace("_", "-"), value=value).override_logical_id(f"{id}_{name}")

    def _arns(self) -> dict[str, list[str]]:
        """Return the ARNs of the worker's parts, by the names that the operators' policies use."""
        queue, function = self.queue, self.function
        return {
            "queue": [queue.arn],
            "dead_letter_queue": [queue.dead_letter_arn] if queue.dead_letter_arn else [],
            "function": list(dict.fromkeys([function.arn, function.invoked_arn])),
            "mapping": [self.source.arn],
            "log_group": [f"{function.log_group_arn}:*"],
            "role": [function.role_arn],
            "key": [queue.key_arn] if queue.key_arn else [],
        }
