"""Finds the resources that settings give by name: tables of the stack, secrets and parameters of the account."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from constructs import Construct

from queuesmith.constructs.arn_scope import arn_scope
from queuesmith.constructs.table import Table


class StackLookup:
    """Finds the resources that a worker uses, and creates data sources when they are needed."""

    def __init__(self, scope: Construct, tables: Mapping[str, Table], queue_arn: str) -> None:
        self._scope, self._tables, self._queue_arn = scope, tables, queue_arn

    def table(self, key: str) -> tuple[str, str]:
        """Return name and ARN of a table. Raises ValueError if the construct was not given this table."""
        if key not in self._tables:
            given = ", ".join(self._tables) or "none"
            raise ValueError(
                f"{self._scope.node.id}: settings.tables names {key}, but the argument tables contains {given}. "
                f"Pass tables={{{key!r}: …}}"
            )
        return self._tables[key].name, self._tables[key].arn

    def secret(self, key: str, name: str) -> str:
        """Return the ARN, with the six characters that Secrets Manager appends. The data source does not read the value."""
        arn: str = DataAwsSecretsmanagerSecret(self._scope, f"secret-{key}", name=name).arn
        return arn

    def parameter(self, name: str) -> str:
        """Return the ARN of a parameter in the queue's account and region.

        It is built from the name, because the data source for parameters would store the value in the state.
        """
        where = arn_scope(self._scope, self._queue_arn)
        return f"arn:{where.partition}:ssm:{where.prefix}:parameter/{name.removeprefix('/')}"
