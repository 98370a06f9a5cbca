"""Deployments of a function in CodeDeploy. Each shifts an alias from one published version to another.

The application and the deployment group have the function's name. A deployment's description contains its versions, because
CodeDeploy does not return the content of a revision.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import error_code, is_unknown_action
from queuesmith.common.errors import AwsError, NotFoundError
from queuesmith.common.json_values import compact_json

ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
_UNFINISHED = ("Created", "Queued", "InProgress")
_FINISHED = frozenset({"Succeeded", "Failed", "Stopped"})
_MISSING = frozenset({"ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException"})
_NO_CODE = frozenset({"400", "404", "501"})
"""An HTTP status in place of an error code. CodeDeploy always returns a code, so something else has responded."""
_VERSIONS = re.compile(r": version (\d+) (back )?to (\d+)$")
_BATCH = 25
"""Deployments in one request of `batch_get_deployments`."""


@dataclass(frozen=True)
class Deployment:
    """A deployment in CodeDeploy."""

    id: str
    status: str
    """CodeDeploy's name of the state, such as `InProgress`."""
    from_version: int | None = None
    """None, as in the next field: another tool or CodeDeploy itself has started the deployment."""
    to_version: int | None = None
    is_return: bool = False
    """Whether it returns to an earlier version: after a finished release, or as CodeDeploy's own rollback."""
    reason: str = ""
    """Why it failed or was stopped."""
    rollback_id: str | None = None
    """The deployment with which CodeDeploy returns to the previous version."""

    @property
    def is_finished(self) -> bool:
        """Whether its state can no longer change."""
        return self.status in _FINISHED


@dataclass(frozen=True)
class DeploymentGroup:
    """The deployments of one function. `codedeploy` is boto3's client."""

    codedeploy: Any
    function: str

    def unfinished(self) -> Deployment | None:
        """Return the deployment in progress. CodeDeploy runs only one at a time in a deployment group."""
        ids = self._list(_UNFINISHED)
        return self.read(ids[0]) if ids else None

    def succeeded(self) -> list[Deployment]:
        """Return the successful deployments, the newest first."""
        ids, found = self._list(("Succeeded",)), []
        for first in range(0, len(ids), _BATCH):
            response = self.codedeploy.batch_get_deployments(deploymentIds=ids[first : first + _BATCH])
            found += response["deploymentsInfo"]
        return [_deployment(each) for each in sorted(found, key=lambda each: each["createTime"], reverse=True)]

    def read(self, deployment_id: str) -> Deployment:
        """Read a deployment's state."""
        return _deployment(self.codedeploy.get_deployment(deploymentId=deployment_id)["deploymentInfo"])

    def create(self, alias: str, old: int, new: int, *, ignore_alarms: bool = False, is_return: bool = False) -> Deployment:
        """Start a shift of an alias to another version: in the group's steps or, for a return, all at once and without alarms.

        Raises NotFoundError if there is no such group, and AwsError if it has another deployment in progress.
        """
        content = compact_json(_app_spec(self.function, alias, old, new))
        options: dict[str, Any] = {"deploymentConfigName": ALL_AT_ONCE} if is_return else {}
        if ignore_alarms or is_return:
            options["overrideAlarmConfiguration"] = {"enabled": False, "alarms": []}
        with self._explained_errors():
            created = self.codedeploy.create_deployment(
                applicationName=self.function,
                deploymentGroupName=self.function,
                description=f"{self.function} {alias}: version {old} {'back ' if is_return else ''}to {new}",
                revision={
                    "revisionType": "AppSpecContent",
                    "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()},
                },
                **options,
            )
        return Deployment(created["deploymentId"], "Created", old, new, is_return)

    def stop(self, deployment: Deployment) -> bool:
        """Stop a deployment, so that CodeDeploy returns to the previous version. Returns False if it has already ended."""
        try:
            self.codedeploy.stop_deployment(deploymentId=deployment.id, autoRollbackEnabled=True)
        except ClientError as error:
            if error_code(error) != "DeploymentAlreadyCompletedException":
                raise
            return False
        return True

    def _list(self, statuses: tuple[str, ...]) -> list[str]:
        pages = self.codedeploy.get_paginator("list_deployments").paginate(
            applicationName=self.function, deploymentGroupName=self.function, includeOnlyStatuses=list(statuses)
        )
        with self._explained_errors():
            return [each for page in pages for each in page["deployments"]]

    @contextmanager
    def _explained_errors(self) -> Iterator[None]:
        """Explain CodeDeploy's errors that have a fix. Others are boto3's."""
        try:
            yield
        except ClientError as error:
            if error_code(error) in _MISSING:
                raise NotFoundError(
                    f"CodeDeploy has no application and deployment group {self.function}. Set function.deployment, and deploy"
                ) from error
            if error_code(error) == "DeploymentLimitExceededException":
                raise AwsError(
                    f"Another deployment of {self.function} is in progress. To follow it, run the command again"
                ) from error
            if error_code(error) in _NO_CODE or is_unknown_action(error):
                raise AwsError(
                    f"{self.codedeploy.meta.endpoint_url} has no CodeDeploy, so {self.function} cannot be released there. On "
                    "the emulator of queuesmith local, terraform apply moves the alias to the new version. Release on AWS"
                ) from error
            raise


def _deployment(info: Mapping[str, Any]) -> Deployment:
    found = _VERSIONS.search(info.get("description", ""))
    old, new = (int(found[1]), int(found[3])) if found else (None, None)
    reason = " ".join((info.get("errorInformation") or {}).get("message", "").split())
    rollback_id = (info.get("rollbackInfo") or {}).get("rollbackDeploymentId")
    is_return = bool(found and found[2]) or info.get("creator") == "codeDeployRollback"
    return Deployment(info["deploymentId"], info["status"], old, new, is_return, reason, rollback_id)


def _app_spec(function: str, alias: str, old: int, new: int) -> dict[str, Any]:
    """Return the AppSpec of a shift (CodeDeploy user guide, AppSpec resources section for Lambda)."""
    versions = {"Name": function, "Alias": alias, "CurrentVersion": str(old), "TargetVersion": str(new)}
    return {"version": 0.0, "Resources": [{"function": {"Type": "AWS::Lambda::Function", "Properties": versions}}]}
