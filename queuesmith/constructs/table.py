"""A DynamoDB table of an environment."""

from __future__ import annotations

from cdktf import TerraformOutput, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from queuesmith.settings.environment import TableSettings


class Table(Construct):
    """One DynamoDB table, billed per request, with a string as its partition key. The output `ID_table` contains its name.

    Pass it to each worker whose settings name it: `QueueWorker(tables={key: table})`. The function then gets permissions on
    the table's ARN, and the table's name in an environment variable.

    Parameters
    ----------
    scope
        The stack, or another construct in it.
    id
        Part of the Terraform address. A change replaces the table.
    name
        The table's name: 3 to 255 letters, digits, `_`, `-` and `.`.
    settings
        The table's settings: `TableSettings.model_validate({...})`, with the keys of `[tables.NAME]`.
    prevent_destroy
        Whether Terraform refuses a plan that deletes the table.

    """

    def __init__(self, scope: Construct, id: str, name: str, settings: TableSettings, *, prevent_destroy: bool = False) -> None:
        super().__init__(scope, id)
        kms_key = settings.kms_key
        table = DynamodbTable(
            self,
            "table",
            name=name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=settings.partition_key,
            attribute=[DynamodbTableAttribute(name=settings.partition_key, type="S")],
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=settings.point_in_time_recovery),
            ttl=None if settings.time_to_live is None else DynamodbTableTtl(attribute_name=settings.time_to_live, enabled=True),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=kms_key) if kms_key else None,
            deletion_protection_enabled=settings.deletion_protection,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if prevent_destroy else None,
        )
        self.name: str = table.name
        """The table's name."""
        self.arn: str = table.arn
        """The table's ARN."""
        self.kms_key_arn: str | None = kms_key
        """The customer managed key that encrypts the table, if there is one."""
        TerraformOutput(self, "name", value=self.name).override_logical_id(f"{id}_table")
