"""One environment as one Terraform stack. This file belongs to your project: change it as you need."""

from __future__ import annotations

from queuesmith.constructs import (  # before cdktf: it makes the AWS bindings load fast
    AlarmTopic,
    Dashboard,
    EncryptionKey,
    EnvironmentSettings,
    QueueWorker,
    Table,
    aws_provider,
)
from cdktf import LocalBackend, S3Backend, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from constructs import Construct

FROM_STACK_TO_PROJECT = "../../.."
"""The relative path from cdktf.out/stacks/ENVIRONMENT, in which Terraform runs."""


class EnvironmentStack(TerraformStack):
    """Provider, state, tables, alarm topic, workers and dashboard of one environment.

    The ids of constructs are parts of Terraform's addresses. If an id changes, Terraform replaces the resource.
    """

    def __init__(self, scope: Construct, id: str, settings: EnvironmentSettings) -> None:
        super().__init__(scope, id)
        self._add_provider(settings)
        self._add_backend(settings)
        self.tables = self._add_tables(settings)
        self.alarm_topic_arn = self._add_alarm_topic(settings)
        self.workers = self._add_workers(settings)
        if settings.encryption:
            EncryptionKey(self, "encryption", settings, self.workers)
        if settings.dashboard:
            Dashboard(self, "dashboard", f"{settings.environment}-workers", settings.region, self.workers)

    def _add_provider(self, settings: EnvironmentSettings) -> None:
        role = settings.assume_role
        AwsProvider(
            self,
            "aws",
            region=settings.region,
            allowed_account_ids=list(settings.allowed_account_ids) or None,
            assume_role=None if role is None else [AwsProviderAssumeRole(**role.model_dump())],
            default_tags=[AwsProviderDefaultTags(tags={"environment": settings.environment, **settings.tags})],
        )
        self.add_override("terraform.required_providers.aws", aws_provider(settings.workers.values()))

    def _add_backend(self, settings: EnvironmentSettings) -> None:
        backend, state = settings.backend, f"{settings.environment}.tfstate"
        if backend.type == "local":
            LocalBackend(self, path=f"{FROM_STACK_TO_PROJECT}/{backend.directory}/{state}")
            return
        S3Backend(self, bucket=backend.bucket, key=f"{backend.prefix}/{state}", region=backend.region, encrypt=True)
        self.add_override("terraform.backend.s3.use_lockfile", True)

    def _add_tables(self, settings: EnvironmentSettings) -> dict[str, Table]:
        scope = Construct(self, "tables")  # a worker and a table can have the same name
        return {
            key: Table(scope, key, f"{settings.environment}-{key}", table, prevent_destroy=settings.prevent_destroy)
            for key, table in settings.tables.items()
        }

    def _add_alarm_topic(self, settings: EnvironmentSettings) -> str:
        destination = settings.alarm_destination
        if destination.topic_arn is not None:
            return destination.topic_arn
        kms_key_arn = settings.encryption.key_arn if settings.encryption else None
        return AlarmTopic(self, "alarm-topic", settings.environment, destination.emails, kms_key_arn).arn

    def _add_workers(self, settings: EnvironmentSettings) -> dict[str, QueueWorker]:
        return {
            key: QueueWorker(
                self,
                key,
                worker,
                tables=self.tables,
                alarm_topic_arn=self.alarm_topic_arn,
                paging_topic_arn=settings.alarm_destination.paging_topic_arn,
                prevent_destroy=settings.prevent_destroy,
            )
            for key, worker in settings.workers.items()
        }
