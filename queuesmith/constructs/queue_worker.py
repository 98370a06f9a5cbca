"""A worker: an SQS queue, the Lambda function that processes its messages, and their supporting resources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

import jsii
from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from constructs import Construct, IValidation

from queuesmith.checks.worker_check import check_worker
from queuesmith.constructs.alarms import AlarmPack
from queuesmith.constructs.arn_parts import arn_parts
from queuesmith.constructs.event_source import EventSource
from queuesmith.constructs.gradual_deployment import GradualDeployment
from queuesmith.constructs.operator_permissions import policy
from queuesmith.constructs.owner_statements import owner_statements
from queuesmith.constructs.producers import Producers
from queuesmith.constructs.provider import provider_problems
from queuesmith.constructs.table import Table
from queuesmith.constructs.work_queue import ExistingQueue, WorkQueue
from queuesmith.constructs.worker_function import WorkerFunction
from queuesmith.readers.settings.pipeline import WorkerContext
from queuesmith.rules import Severity
from queuesmith.settings import WorkerSettings
from queuesmith.settings.access import AccessKind
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.function_access import NamedResource, SourceQueue, resource_accesses

PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""Ids that cdktf uses as a name without changes."""


@jsii.implements(IValidation)
class QueueWorker(Construct):
    """Queue, DLQ, function, event source mapping, producers and alarms of one worker.

    `app.synth()` fails with the construct's path if settings or grants violate a rule.

    Parameters
    ----------
    scope
        The stack, or another construct in it.
    id
        The worker's key. It is part of the Terraform addresses, the value of the tag `worker`, and the beginning of the
        outputs' names. If you change it, Terraform replaces every resource.
    settings
        The worker's settings: `WorkerSettings.model_validate({...})`, with the keys of `[workers.NAME]` and the key `name`.
    tables
        The tables that `settings.tables` names, by the same keys.
    alarm_topic_arn
        The SNS topic that the worker's alarms notify.
    paging_topic_arn
        The SNS topic that the worker's composite paging alarm notifies.
    prevent_destroy
        Whether Terraform refuses a plan that deletes the worker's queues.

    Raises
    ------
    ValueError
        `tables` lacks a table that the settings name, or the visibility timeout would have to be derived from a token.
    ArtifactError
        The local zip in the settings does not exist, or is not a zip. It is a `ValueError`.

    Examples
    --------
    In your own stack (`examples/own_stack.py` is complete)::

        worker = QueueWorker(self, "invoices", WorkerSettings.model_validate({...}), alarm_topic_arn=topic.arn)
        worker.allow_objects(bucket.arn, "2026/", "write")

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
        self.settings: WorkerSettings = settings
        """The settings that it was created with."""
        tags = {"worker": id, **settings.tags}
        self.queue: SourceQueue = self._queue(tags, prevent_destroy=prevent_destroy)
        """The queue and its DLQ, created or existing."""
        accesses = resource_accesses(settings, self.queue, self._named_resources(tables or {}))
        self.function: WorkerFunction = WorkerFunction(self, "function", settings, self.queue, accesses, tags=tags)
        """The function with its role and log group."""
        self.source: EventSource = EventSource(self, "source", settings.source, self.queue, self.function, tags=tags)
        """The event source mapping."""
        self.producers: Producers = Producers(self, "producers", settings, self.queue, tags=tags)
        """The producers in the settings, connected to the queue."""
        self.alarms: AlarmPack = AlarmPack(
            self,
            "alarms",
            settings,
            self.queue,
            self.function,
            self.source,
            topic_arn=alarm_topic_arn,
            paging_topic_arn=paging_topic_arn,
            tags=tags,
        )
        """The alarms."""
        self.deployment: GradualDeployment | None = self._deployment(tags)
        """The CodeDeploy application and deployment group, if the settings have a deployment."""
        self._add_outputs(scope, id)
        self.node.add_validation(self)  # app.synth() calls validate()

    def grant(self, actions: Sequence[str], resources: Sequence[str]) -> None:
        """Allow the function these actions on these resources: `grant(["s3:GetObject"], [f"{bucket.arn}/*"])`.

        Parameters
        ----------
        actions
            IAM actions, such as `ses:SendEmail`. A prefix with `*` (`s3:Get*`) is allowed.
        resources
            ARNs. They can be tokens and can contain `*`.

        Raises
        ------
        ValueError
            The grant is empty or too broad: every action, every action of a service, or every resource for an action that
            supports an ARN.

        """
        self.function.grant([permissions.grant_statement(actions, resources)])

    def allow_table(self, arn: str, kind: AccessKind, kms_key_arn: str | None = None) -> None:
        """Allow the function to `read`, `write` or `read_write` one DynamoDB table.

        `kms_key_arn` is the customer managed key that encrypts the table, if there is one. The methods below also have this
        parameter. Raises ValueError for another kind.
        """
        operations = permissions.TABLE_OPERATIONS[permissions.checked_kind(kind)]
        self.function.grant(permissions.use_table(arn, operations, kms_key_arn))

    def allow_objects(self, bucket_arn: str, prefix: str, kind: AccessKind, kms_key_arn: str | None = None) -> None:
        """Allow the function to `read`, `write` or `read_write` the objects of a bucket whose keys begin with a prefix.

        Raises ValueError for another kind.
        """
        self.function.grant(permissions.use_objects(bucket_arn, prefix, kind, kms_key_arn))

    def allow_secret_read(self, arn: str, kms_key_arn: str | None = None) -> None:
        """Allow the function to read one secret in Secrets Manager."""
        self.function.grant(permissions.read_secret(arn, kms_key_arn))

    def allow_parameter_read(self, arn: str, kms_key_arn: str | None = None) -> None:
        """Allow the function to read one SSM parameter."""
        self.function.grant(permissions.read_parameter(arn, kms_key_arn))

    def allow_publish(self, topic_arn: str, kms_key_arn: str | None = None) -> None:
        """Allow the function to publish to one SNS topic."""
        self.function.grant(permissions.publish(topic_arn, kms_key_arn))

    def allow_send(self, queue_arn: str, kms_key_arn: str | None = None) -> None:
        """Allow the function to send to one queue other than its own."""
        self.function.grant(permissions.send(queue_arn, kms_key_arn))

    def validate(self) -> list[str]:
        """Return the rules' errors, and options that need a newer provider than the stack requires. `app.synth()` calls it."""
        context = WorkerContext(granted=tuple(self.function.grants))
        findings = check_worker(self.settings.name, self.settings, date.today(), context)
        errors = [f"{f.message}. {f.remedy}. [{f.rule}]" for f in findings if f.severity is Severity.ERROR]
        return [*errors, *provider_problems(TerraformStack.of(self), self.settings)]

    def _queue(self, tags: Mapping[str, str], *, prevent_destroy: bool) -> SourceQueue:
        existing = self.settings.existing_queue
        if existing is not None:
            return ExistingQueue(self, "queue", existing)
        return WorkQueue(self, "queue", self.settings, tags=tags, prevent_destroy=prevent_destroy)

    def _deployment(self, tags: Mapping[str, str]) -> GradualDeployment | None:
        settings = self.settings.function.deployment
        if settings is None:
            return None
        # a key without an alarm is an error, which validate() reports
        alarms = [self.alarms.by_key[key].alarm_name for key in settings.rollback_on if key in self.alarms.by_key]
        return GradualDeployment(self, "deployment", self.settings, settings, self.function, alarms, tags=tags)

    def _named_resources(self, tables: Mapping[str, Table]) -> dict[str, NamedResource]:
        """Return the resources that the settings give by key or name. Raises ValueError if `tables` lacks one of the tables."""
        resources = {}
        for key in self.settings.tables:
            if key not in tables:
                raise ValueError(
                    f"{self.node.id}: settings.tables names {key}, but the argument tables contains "
                    f"{', '.join(tables) or 'none'}. Pass tables={{{key!r}: …}}"
                )
            resources[f"tables.{key}"] = NamedResource(tables[key].name, tables[key].arn, tables[key].kms_key_arn)
        for key, secret in self.settings.secrets.items():
            if secret.name is not None:  # the data source does not read the secret's value
                arn = DataAwsSecretsmanagerSecret(self, f"secret-{key}", name=secret.name).arn
                resources[f"secrets.{key}"] = NamedResource(secret.name, arn)
        for key, parameter in self.settings.parameters.items():
            if parameter.name is not None:  # a data source would store the parameter's value in the state
                name, queue_arn = parameter.name.removeprefix("/"), arn_parts(self, self.queue.arn)
                arn = f"arn:{queue_arn.partition}:ssm:{queue_arn.region_and_account}:parameter/{name}"
                resources[f"parameters.{key}"] = NamedResource(parameter.name, arn)
        return resources

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
            "owner_policy_statements": owner_statements(self.function, self.queue) if self.settings.existing_queue else None,
            "operator_read_policy": policy("read", arns),
            "operator_act_policy": policy("act", arns),
            "operator_release_policy": policy("release", arns) if self.deployment else None,
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
        queue, function, deployment = self.queue, self.function, self.deployment
        return {
            "queue": [queue.arn],
            "dead_letter_queue": [queue.dead_letter_arn] if queue.dead_letter_arn else [],
            "function": list(dict.fromkeys([function.arn, function.invoked_arn])),
            "mapping": [self.source.arn],
            "log_group": [f"{function.log_group_arn}:*"],
            "role": [function.role_arn],
            "key": [queue.kms_key_arn] if queue.kms_key_arn else [],
            "application": [deployment.application_arn] if deployment else [],
            "deployment_group": [deployment.group_arn] if deployment else [],
            "deployment_configurations": deployment.configuration_arns if deployment else [],
        }
