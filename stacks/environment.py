"""One environment as one Terraform stack."""

from __future__ import annotations

import cdktf
from cdktf import TerraformStack
from constructs import Construct

from queuesmith.constructs.alarm_topic import AlarmTopic
from queuesmith.constructs.bindings import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from queuesmith.constructs.dashboard import Dashboard
from queuesmith.constructs.queue_worker import QueueWorker
from queuesmith.constructs.table import Table
from queuesmith.settings.environment import EnvironmentSettings, LocalBackend

PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.100, < 7.0"}
"""What this stack uses is in both ends of the range; the lock file of the pipeline that applies it picks the version."""
FROM_STACK_TO_PROJECT = "../../.."
"""From cdktf.out/stacks/ENVIRONMENT, where Terraform runs."""


class EnvironmentStack(TerraformStack):
    """Provider, backend, tags, tables, the alarms' topic, and one `QueueWorker` for each worker."""

    def __init__(self, scope: Construct, id: str, settings: EnvironmentSettings) -> None:
        super().__init__(scope, id)
        self._provider(settings)
        self._backend(settings)
        tables = self._tables(settings)
        destination = settings.alarm_destination
        topic_arn = destination.topic_arn or AlarmTopic(self, "alarm-topic", settings.environment, destination.emails).arn
        self.workers = {
            key: QueueWorker(
                self,
                key,
                worker,
                tables=tables,
                alarm_topic_arn=topic_arn,
                paging_topic_arn=destination.paging_topic_arn,
                prevent_destroy=settings.prevent_destroy,
            )
            for key, worker in settings.workers.items()
        }
        if settings.dashboard:
            name = f"{settings.environment}-workers"
            Dashboard(self, "dashboard", name, settings.region, self.workers, settings.workers)

    def _provider(self, settings: EnvironmentSettings) -> None:
        role = settings.assume_role
        AwsProvider(
            self,
            "aws",
            region=settings.region,
            allowed_account_ids=list(settings.allowed_account_ids) or None,
            assume_role=None if role is None else [AwsProviderAssumeRole(**role.model_dump())],
            default_tags=[AwsProviderDefaultTags(tags={"environment": settings.environment, **settings.tags})],
        )
        self.add_override("terraform.required_providers.aws", PROVIDER)

    def _backend(self, settings: EnvironmentSettings) -> None:
        backend, environment = settings.backend, settings.environment
        if isinstance(backend, LocalBackend):
            path = f"{FROM_STACK_TO_PROJECT}/{backend.directory}/{environment}.tfstate"
            cdktf.LocalBackend(self, path=path)
            return
        key = f"{backend.prefix}/{environment}.tfstate"
        cdktf.S3Backend(self, bucket=backend.bucket, key=key, region=backend.region, encrypt=True)
        self.add_override("terraform.backend.s3.use_lockfile", True)

    def _tables(self, settings: EnvironmentSettings) -> dict[str, Table]:
        scope = Construct(self, "tables")  # a worker and a table may have the same name
        return {
            key: Table(scope, key, f"{settings.environment}-{key}", table, prevent_destroy=settings.prevent_destroy)
            for key, table in settings.tables.items()
        }
