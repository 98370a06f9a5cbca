"""Gradual deployments: the CodeDeploy application and deployment group with which `queuesmith release` shifts the alias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.codedeploy_app import CodedeployApp
from cdktf_cdktf_provider_aws.codedeploy_deployment_config import (
    CodedeployDeploymentConfig,
    CodedeployDeploymentConfigTrafficRoutingConfig,
    CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedCanary,
    CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedLinear,
)
from cdktf_cdktf_provider_aws.codedeploy_deployment_group import (
    CodedeployDeploymentGroup,
    CodedeployDeploymentGroupAlarmConfiguration,
    CodedeployDeploymentGroupAutoRollbackConfiguration,
    CodedeployDeploymentGroupDeploymentStyle,
)
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from queuesmith.constructs.arn_parts import ArnParts, arn_parts
from queuesmith.constructs.worker_function import WorkerFunction
from queuesmith.settings import WorkerSettings
from queuesmith.settings.deployment import DeploymentSettings
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.deployments import ALL_AT_ONCE, configuration_name, is_predefined

ROLLBACK_EVENTS = ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST")
"""CodeDeploy returns to the previous version after each of these."""


class GradualDeployment(Construct):
    """The application, the deployment group and the role that CodeDeploy assumes. Each has the worker's name.

    `alarm_names` are the names of the alarms that stop a deployment.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: WorkerSettings,
        deployment: DeploymentSettings,
        function: WorkerFunction,
        alarm_names: Sequence[str],
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._tags = dict(tags) if tags else None
        parts = arn_parts(self, function.arn)
        application = CodedeployApp(self, "application", name=settings.name, compute_platform="Lambda", tags=self._tags)
        self.application_arn: str = application.arn
        """The application's ARN."""
        role = self._role(settings)
        policy = IamRolePolicy(
            self, "policy", name="release", role=role.name, policy=_permissions(function, parts, alarm_names)
        )
        configuration = self._configuration_name(settings.name, deployment)
        group = CodedeployDeploymentGroup(
            self,
            "group",
            app_name=application.name,
            deployment_group_name=settings.name,
            deployment_config_name=configuration,
            service_role_arn=role.arn,
            deployment_style=CodedeployDeploymentGroupDeploymentStyle(
                deployment_type="BLUE_GREEN", deployment_option="WITH_TRAFFIC_CONTROL"
            ),
            auto_rollback_configuration=CodedeployDeploymentGroupAutoRollbackConfiguration(
                enabled=True, events=list(ROLLBACK_EVENTS)
            ),
            alarm_configuration=CodedeployDeploymentGroupAlarmConfiguration(enabled=True, alarms=list(alarm_names))
            if alarm_names
            else None,
            tags=self._tags,
            depends_on=[policy],
        )
        self.group_arn: str = group.arn
        """The deployment group's ARN."""
        self.configuration_arns: list[str] = [
            f"arn:{parts.partition}:codedeploy:{parts.region_and_account}:deploymentconfig:{name}"
            for name in dict.fromkeys([configuration, ALL_AT_ONCE])
        ]
        """The ARNs of the deployment configurations that a release can use: all at once is for returning to a version."""

    def _role(self, settings: WorkerSettings) -> IamRole:
        path = settings.function.role_path
        return IamRole(
            self,
            "role",
            name=f"{settings.name}-release",
            path=None if path == "/" else path,
            assume_role_policy=permissions.assumed_by("codedeploy.amazonaws.com"),
            permissions_boundary=settings.function.permissions_boundary,
            tags=self._tags,
        )

    def _configuration_name(self, worker: str, deployment: DeploymentSettings) -> str:
        """Return the name of the deployment configuration: CodeDeploy's own if it has one with these steps, else a new one."""
        name = configuration_name(worker, deployment)
        if is_predefined(name):
            return name
        canary = deployment.strategy == "canary"
        routing = CodedeployDeploymentConfigTrafficRoutingConfig(
            type="TimeBasedCanary" if canary else "TimeBasedLinear",
            time_based_canary=CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedCanary(
                percentage=deployment.percent, interval=deployment.minutes
            )
            if canary
            else None,
            time_based_linear=None
            if canary
            else CodedeployDeploymentConfigTrafficRoutingConfigTimeBasedLinear(
                percentage=deployment.percent, interval=deployment.minutes
            ),
        )
        configuration = CodedeployDeploymentConfig(
            self,
            "configuration",
            deployment_config_name=name,
            compute_platform="Lambda",
            traffic_routing_config=routing,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),  # one that is in use cannot be deleted
        )
        result: str = configuration.deployment_config_name
        return result


def _permissions(function: WorkerFunction, parts: ArnParts, alarm_names: Sequence[str]) -> str:
    """Return what CodeDeploy needs: to shift the alias and, if there are alarms, to read their states.

    The managed policy AWSCodeDeployRoleForLambda would allow it to change every alias, publish to every topic and read objects.
    Reading alarms needs all metric alarms of the Region: a narrower request is refused as a whole.
    """
    statements = [
        permissions.PolicyStatement(
            ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
            [function.arn, function.invoked_arn],
            sid="ShiftTheAlias",
        )
    ]
    if alarm_names:
        every_alarm = f"arn:{parts.partition}:cloudwatch:{parts.region_and_account}:alarm:*"
        statements.append(permissions.PolicyStatement(["cloudwatch:DescribeAlarms"], [every_alarm], sid="ReadTheAlarms"))
    return permissions.document(*statements)
