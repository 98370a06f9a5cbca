"""The customer managed KMS key of an environment, or the statements that the policy of an existing one needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.kms_key_policy import KmsKeyPolicy
from constructs import Construct

from queuesmith.common.json_values import compact_json
from queuesmith.constructs.arn_parts import ArnParts, arn_parts
from queuesmith.constructs.queue_worker import QueueWorker
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.key_policies import account_manages, alarms_use, log_groups_use
from queuesmith.settings.derived.permissions import PolicyStatement
from queuesmith.settings.encryption import CREATE, KEY_RESOURCE
from queuesmith.settings.environment import EnvironmentSettings


class EncryptionKey(Construct):
    """The key that `encryption.key` names. With `"create"`, the stack creates it, with rotation, a policy and an alias.

    The key's policy lets IAM policies of the account grant access, and roles get their permissions from their own policies.
    Apart from that, the key's policy allows only AWS services: CloudWatch Logs for the workers' log groups, CloudWatch for
    the alarm topic, and the producers of each queue. The stack does not change the policy of an existing key: its owner must
    add these statements, which are in the output `encryption_key_policy_statements`.

    Parameters
    ----------
    scope
        The stack.
    id
        Part of the Terraform address of the alias. A change replaces the alias.
    settings
        The environment, with `encryption`.
    workers
        The environment's workers, by key.

    Raises
    ------
    ValueError
        The settings have no `encryption.key`.

    """

    def __init__(self, scope: Construct, id: str, settings: EnvironmentSettings, workers: Mapping[str, QueueWorker]) -> None:
        super().__init__(scope, id)
        encryption = settings.encryption
        if encryption is None:
            raise ValueError(f"{id}: {settings.environment} has no encryption.key. Set it, or remove EncryptionKey")
        if encryption.key == CREATE:
            self._create(settings, workers)
        else:
            parts = arn_parts(self, encryption.key)
            statements = compact_json([each.as_dict() for each in _users(settings, workers, parts)])
            output = TerraformOutput(self, "statements", value=statements)
            output.override_logical_id("encryption_key_policy_statements")

    def _create(self, settings: EnvironmentSettings, workers: Mapping[str, QueueWorker]) -> None:
        environment = settings.environment
        description = f"Encrypts the data of the environment {environment}"
        key = KmsKey(self, "key", description=description, enable_key_rotation=True, deletion_window_in_days=30)
        key.override_logical_id(KEY_RESOURCE)  # CREATED_KEY refers to it
        parts = arn_parts(self, key.arn)
        document = permissions.document(account_manages(parts.partition, parts.account), *_users(settings, workers, parts))
        policy = KmsKeyPolicy(self, "policy", key_id=key.key_id, policy=document)
        policy.override_logical_id(KEY_RESOURCE)
        KmsAlias(self, "alias", name=f"alias/{environment}-workers", target_key_id=key.key_id)
        for worker in workers.values():  # CloudWatch Logs refuses a key that it is not allowed to use
            worker.function.log_group.depends_on = [f"{policy.terraform_resource_type}.{KEY_RESOURCE}"]


def _users(settings: EnvironmentSettings, workers: Mapping[str, QueueWorker], parts: ArnParts) -> Iterator[PolicyStatement]:
    """Yield the statements for the AWS services that use the key."""
    encryption = settings.encryption
    key = encryption.key_arn if encryption else None
    log_groups = [
        f"arn:{parts.partition}:logs:{parts.region_and_account}:log-group:{worker.function.log_group.name_input}"
        for worker in workers.values()
        if worker.settings.logs.kms_key == key
    ]
    if log_groups:
        yield log_groups_use(settings.region, log_groups)
    if settings.alarm_destination.topic_arn is None:
        yield alarms_use(parts.account)
    for name, worker in workers.items():
        if worker.queue.kms_key_arn == key:
            prefix = "".join(word.capitalize() for word in name.split("-"))
            yield from (replace(each, sid=f"{prefix}{each.sid}") for each in worker.producers.key_statements)
