"""The Lambda function that works the queue off, with its log group and its role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from stacks import permissions
from stacks.artifact import Artifact
from stacks.aws import (
    CloudwatchLogGroup,
    IamRole,
    IamRolePolicy,
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionLoggingConfig,
)
from stacks.permissions import Statement
from stacks.settings import WorkerSettings
from stacks.work_queue import WorkQueue


class WorkerFunction(Construct):
    """Log group first, so that Lambda does not make one without retention; then the role; then the function.

    `table_names` are the names of its tables, by their keys in the settings.
    """

    def __init__(self, scope: Construct, id: str, settings: WorkerSettings, table_names: Mapping[str, str]) -> None:
        super().__init__(scope, id)
        self.name = settings.name
        log_group = CloudwatchLogGroup(
            self, "log-group", name=f"/aws/lambda/{self.name}", retention_in_days=settings.logs.retention
        )
        self.log_group_name = log_group.name
        self.granted: list[Statement] = []
        """What it may do beside what every worker needs."""
        role = IamRole(self, "role", name=settings.role_name, assume_role_policy=permissions.assumed_by_lambda())
        self._statements: list[Statement] = [permissions.write_logs(log_group.arn)]
        self.policy = IamRolePolicy(
            self, "policy", name="worker", role=role.name, policy=permissions.document(*self._statements)
        )
        function = settings.function
        resource = LambdaFunction(
            self,
            "function",
            function_name=self.name,
            role=role.arn,
            architectures=[function.architecture],
            memory_size=function.memory,
            timeout=function.timeout,
            reserved_concurrent_executions=function.reserved_concurrency,
            environment=LambdaFunctionEnvironment(
                variables=settings.variables({f"tables.{key}": name for key, name in table_names.items()})
            ),
            logging_config=LambdaFunctionLoggingConfig(
                log_group=self.log_group_name,
                log_format="JSON",
                application_log_level=settings.logs.level,
                system_log_level=settings.logs.system_level,
            ),
            **Artifact.of(function.artifact).function_arguments(self, function.handler, function.runtime),
        )
        self.arn = resource.arn

    def consumes(self, queue: WorkQueue) -> None:
        """Let Lambda read the queue in this function's name."""
        self._grant(permissions.consume(queue.arn))

    def uses(self, table_arn: str, operations: Sequence[str]) -> None:
        """Let the function do these operations on a DynamoDB table."""
        self._grant(permissions.use_table(table_arn, operations))

    def grant(self, actions: Sequence[str], resources: Sequence[str]) -> None:
        """Let the function do these actions on these resources."""
        statement = Statement(actions, resources)
        self.granted.append(statement)
        self._grant(statement)

    def _grant(self, statement: Statement) -> None:
        self._statements.append(statement)
        self.policy.policy = permissions.document(*self._statements)
