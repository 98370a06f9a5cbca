"""The Lambda function that works the queue off, with its log group and its role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from constructs import Construct

from queuesmith.constructs.arn_scope import here
from queuesmith.constructs.artifact import Artifact
from queuesmith.constructs.bindings import (
    CloudwatchLogGroup,
    IamRole,
    IamRolePolicy,
    LambdaAlias,
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionEphemeralStorage,
    LambdaFunctionLoggingConfig,
    LambdaFunctionTracingConfig,
    LambdaFunctionVpcConfig,
)
from queuesmith.constructs.work_queue import SourceQueue
from queuesmith.rules import defaults
from queuesmith.settings import FunctionSettings, LogSettings, WorkerSettings
from queuesmith.settings.derived import iam_documents as permissions
from queuesmith.settings.derived.iam_documents import Statement


class WorkerFunction(Construct):
    """Log group first, so that Lambda does not make one without retention; then the role; then the function.

    `variables` are its environment variables.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: WorkerSettings,
        variables: Mapping[str, str],
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        function = settings.function
        self.name, self._tags = settings.name, dict(tags) if tags else None
        self.granted: list[Statement] = []
        """What it may do beside what its settings say."""
        log_group = self._log_group(settings.logs)
        self.log_group_name: str = log_group.name
        self.log_group_arn: str = log_group.arn
        role = self._role(settings)
        self.role_arn: str = role.arn
        own_arn = self._own_arn() if function.vpc else ""
        self._statements = [permissions.write_logs(self.log_group_arn), *permissions.for_options(function, own_arn)]
        self.policy = IamRolePolicy(
            self, "policy", name="worker", role=role.name, policy=permissions.document(*self._statements)
        )
        resource = LambdaFunction(
            self,
            "function",
            function_name=self.name,
            role=self.role_arn,
            architectures=[function.architecture],
            memory_size=function.memory,
            timeout=function.timeout,
            reserved_concurrent_executions=function.reserved_concurrency,
            environment=LambdaFunctionEnvironment(variables=dict(variables)),
            logging_config=LambdaFunctionLoggingConfig(
                log_group=self.log_group_name,
                log_format="JSON",
                application_log_level=settings.logs.level,
                system_log_level=settings.logs.system_level,
            ),
            tags=self._tags,
            depends_on=[self.policy] if function.vpc else None,  # Lambda asks for the network's permissions at once
            **_options(function),
            **Artifact.of(function.artifact).function_arguments(self, function.handler, function.runtime),
        )
        self.arn: str = resource.arn
        self.invoked_arn = self._alias(function.alias, resource) if function.alias else self.arn
        """What the mapping calls: the alias, or else the function."""

    def consumes(self, queue: SourceQueue) -> None:
        """Let Lambda read the queue in this function's name, and the key that encrypts it."""
        self.may(permissions.consume(queue.arn, queue.key_arn))

    def may(self, statements: Iterable[Statement]) -> None:
        """Let the function do what its settings say."""
        self._statements = permissions.each_once([*self._statements, *statements])
        self.policy.policy = permissions.document(*self._statements)

    def grant(self, statements: Iterable[Statement]) -> None:
        """Let the function do what a stack of the user's own asks for; the rules judge it when it is synthesized."""
        added = list(statements)
        self.granted.extend(added)
        self.may(added)

    def _log_group(self, logs: LogSettings) -> CloudwatchLogGroup:
        return CloudwatchLogGroup(
            self,
            "log-group",
            name=f"/aws/lambda/{self.name}",
            retention_in_days=logs.retention,
            log_group_class=None if logs.group_class == "STANDARD" else logs.group_class,
            kms_key_id=logs.kms_key,
            tags=self._tags,
        )

    def _role(self, settings: WorkerSettings) -> IamRole:
        path = settings.function.role_path
        return IamRole(
            self,
            "role",
            name=settings.role_name,
            path=None if path == "/" else path,
            assume_role_policy=permissions.assumed_by_lambda(),
            permissions_boundary=settings.function.permissions_boundary,
            tags=self._tags,
        )

    def _own_arn(self) -> str:
        where = here(self, self.log_group_arn)  # the function's own would be a circle
        return f"arn:{where.partition}:lambda:{where.prefix}:function:{self.name}"

    def _alias(self, name: str, function: LambdaFunction) -> str:
        alias = LambdaAlias(self, "alias", name=name, function_name=function.function_name, function_version=function.version)
        arn: str = alias.arn
        return arn


def _options(function: FunctionSettings) -> dict[str, Any]:
    """The arguments of what is not as Lambda has it by itself."""
    options: dict[str, Any] = {
        "layers": list(function.layers),
        "kms_key_arn": function.environment_kms_key,
        "code_signing_config_arn": function.code_signing,
        "publish": function.alias is not None,
    }
    if function.ephemeral_storage != defaults.EPHEMERAL_STORAGE:
        options["ephemeral_storage"] = LambdaFunctionEphemeralStorage(size=function.ephemeral_storage)
    if function.tracing:
        options["tracing_config"] = LambdaFunctionTracingConfig(mode="Active")
    if function.vpc:
        options["vpc_config"] = LambdaFunctionVpcConfig(
            subnet_ids=list(function.vpc.subnets), security_group_ids=list(function.vpc.security_groups)
        )
    return {name: value for name, value in options.items() if value}
