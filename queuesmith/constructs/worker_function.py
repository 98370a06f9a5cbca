"""The Lambda function that processes the queue's messages, with its log group and its role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_alias import LambdaAlias
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionEnvironment,
    LambdaFunctionEphemeralStorage,
    LambdaFunctionLoggingConfig,
    LambdaFunctionSnapStart,
    LambdaFunctionTracingConfig,
    LambdaFunctionVpcConfig,
)
from cdktf_cdktf_provider_aws.lambda_function_recursion_config import LambdaFunctionRecursionConfig
from constructs import Construct

from queuesmith.constructs.arn_parts import arn_parts
from queuesmith.constructs.artifact import code_arguments
from queuesmith.rules import defaults
from queuesmith.settings import FunctionSettings, LogSettings, WorkerSettings
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.function_access import ResourceAccess, SourceQueue, role_statements
from queuesmith.settings.derived.permissions import PolicyStatement


class WorkerFunction(Construct):
    """The function with its log group, its role and the role's policy.

    `accesses` are the resources that it uses in addition to its queue. The log group is created first, because Lambda would
    create one without a retention period.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: WorkerSettings,
        queue: SourceQueue,
        accesses: Mapping[str, ResourceAccess],
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.name: str = settings.name
        """The function's name."""
        self._tags = dict(tags) if tags else None
        self.log_group = self._log_group(settings.logs)
        self.log_group_name: str = self.log_group.name
        """The log group's name."""
        self.log_group_arn: str = self.log_group.arn
        """The log group's ARN."""
        role = self._role(settings)
        self.role_arn: str = role.arn
        """The role's ARN."""
        self._statements = self._permissions(settings.function, queue, accesses.values())
        self.grants: list[PolicyStatement] = []
        """The statements that were granted to its role in addition to those that the settings need."""
        self.policy = IamRolePolicy(
            self, "policy", name="worker", role=role.name, policy=permissions.document(*self._statements)
        )
        function = self._function(settings, settings.variables({path: access.value for path, access in accesses.items()}))
        self.arn: str = function.arn
        """The function's ARN."""
        if settings.function.recursive_loop != "Terminate":  # Lambda's default
            loop = settings.function.recursive_loop
            LambdaFunctionRecursionConfig(self, "recursion", function_name=function.function_name, recursive_loop=loop)
        alias = settings.function.alias
        shifted = settings.function.deployment is not None
        self.invoked_arn: str = self.arn if alias is None else self._alias(alias, function, shifted=shifted)
        """The ARN that the mapping invokes: the alias if there is one, else the function."""

    def grant(self, statements: Iterable[PolicyStatement]) -> None:
        """Add statements to the function's role. The rules check them in `app.synth()`."""
        added = list(statements)
        self.grants.extend(added)
        self._statements = permissions.deduplicated([*self._statements, *added])
        self.policy.policy = permissions.document(*self._statements)

    def statements_for_owner(self, arn: str) -> list[PolicyStatement]:
        """Return what the role does with a resource, for the policy that the resource's owner manages in another account.

        The principal is the account, limited to the role by a condition: AWS refuses a role that does not exist yet.
        """
        here = arn_parts(self, self.log_group_arn)
        principal = {"AWS": f"arn:{here.partition}:iam::{here.account}:root"}
        condition = {"ArnEquals": {"aws:PrincipalArn": self.role_arn}}
        used = [each for each in self._statements if each.effect == "Allow" and arn in each.resources]
        return [replace(each, sid=None, resources=[arn], principal=principal, condition=condition) for each in used]

    def _permissions(
        self, function: FunctionSettings, queue: SourceQueue, accesses: Iterable[ResourceAccess]
    ) -> list[PolicyStatement]:
        own_arn = self._own_arn() if function.vpc else ""
        statements = role_statements(function, queue, accesses, log_group_arn=self.log_group_arn, function_arn=own_arn)
        return permissions.deduplicated(statements)

    def _function(self, settings: WorkerSettings, variables: Mapping[str, str]) -> LambdaFunction:
        function = settings.function
        return LambdaFunction(
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
            depends_on=[self.policy] if function.vpc else None,  # Lambda checks VPC permissions on creation
            **_options(function),
            **code_arguments(self, function),
        )

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
            assume_role_policy=permissions.assumed_by("lambda.amazonaws.com"),
            permissions_boundary=settings.function.permissions_boundary,
            tags=self._tags,
        )

    def _own_arn(self) -> str:
        log_group_arn = arn_parts(self, self.log_group_arn)  # using the function's ARN here would be circular
        return f"arn:{log_group_arn.partition}:lambda:{log_group_arn.region_and_account}:function:{self.name}"

    def _alias(self, name: str, function: LambdaFunction, *, shifted: bool) -> str:
        """Return the alias's ARN. `shifted`: CodeDeploy moves it to another version, and Terraform does not move it back."""
        ignored = TerraformResourceLifecycle(ignore_changes=["function_version", "routing_config"])
        alias = LambdaAlias(
            self,
            "alias",
            name=name,
            function_name=function.function_name,
            function_version=function.version,
            lifecycle=ignored if shifted else None,
        )
        arn: str = alias.arn
        return arn


def _options(function: FunctionSettings) -> dict[str, Any]:
    """Return the arguments that differ from Lambda's defaults."""
    options: dict[str, Any] = {
        "layers": list(function.layers),
        "kms_key_arn": function.environment_kms_key,
        "code_signing_config_arn": function.code_signing,
        "publish": function.alias is not None,
    }
    if function.ephemeral_storage != defaults.EPHEMERAL_STORAGE:
        options["ephemeral_storage"] = LambdaFunctionEphemeralStorage(size=function.ephemeral_storage)
    if function.snap_start:
        options["snap_start"] = LambdaFunctionSnapStart(apply_on="PublishedVersions")
    if function.tracing:
        options["tracing_config"] = LambdaFunctionTracingConfig(mode="Active")
    if function.vpc:
        options["vpc_config"] = LambdaFunctionVpcConfig(
            subnet_ids=list(function.vpc.subnets), security_group_ids=list(function.vpc.security_groups)
        )
    return {name: value for name, value in options.items() if value}
