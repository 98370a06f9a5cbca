"""Releases a version of a function: CodeDeploy shifts its alias to it, and back if an alarm fires.

from queuesmith.operations import Release

release = Release(boto3.client("lambda"), boto3.client("codedeploy"), "prod-orders", "live")
deployment = release.start()
if deployment is not None:
print(release.follow(deployment).outcome)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from queuesmith.common.errors import UsageError
from queuesmith.common.signals import Stop
from queuesmith.operations.deployments import Deployment, DeploymentGroup
from queuesmith.operations.function_versions import AliasState, delete_old_versions, published_versions, read_alias

POLL = 3.0
"""Seconds between two requests for a deployment's state."""
Outcome = Literal["released", "rolled_back", "failed", "in_progress", "nothing_to_release"]


@dataclass(frozen=True)
class ReleaseResult:
    """How a release ended."""

    function: str
    """The function's name."""
    alias: str
    """The alias that the event source mapping invokes."""
    outcome: Outcome
    """`released`, `rolled_back` (all invocations go to the previous version), `failed` (and CodeDeploy did not restore the
    previous version), `in_progress` (CodeDeploy continues) or `nothing_to_release`."""
    alias_version: int
    """The alias's version now."""
    from_version: int | None
    """The version before the deployment. Null if another tool has started the deployment, or without a deployment."""
    to_version: int | None
    """The version that the deployment shifts to. Null in the same cases."""
    deployment: str | None
    """The deployment's id in CodeDeploy. Null without one."""
    reason: str
    """Why CodeDeploy stopped the deployment. Empty if it did not."""


@dataclass(frozen=True)
class Release:
    """Releases of one function through one alias. The clients are boto3's for Lambda and CodeDeploy."""

    functions: Any
    codedeploy: Any
    function: str
    alias: str

    @property
    def group(self) -> DeploymentGroup:
        """The function's deployments."""
        return DeploymentGroup(self.codedeploy, self.function)

    def state(self) -> AliasState:
        """Return the alias's versions. Raises NotFoundError if the function or the alias does not exist."""
        return read_alias(self.functions, self.function, self.alias)

    def start(self, version: int | None = None, *, ignore_alarms: bool = False) -> Deployment | None:
        """Return the deployment in progress or, if there is none, start the shift to `version` (None: the newest one).

        `ignore_alarms`: no alarm stops the deployment. Returns None if the alias has this version already. Raises UsageError if
        there is no such version or the alias already has two versions, and NotFoundError if there is no deployment group.
        """
        current = self.group.unfinished()
        if current is not None:
            return current
        state, versions = self.state(), published_versions(self.functions, self.function)
        target = versions[-1] if version is None else version
        if target not in versions:
            raise UsageError(f"{self.function} has no version {target}. Its versions are: {', '.join(map(str, versions))}")
        if state.weights:
            other, percent = next(iter(state.weights.items()))
            raise UsageError(
                f"{self.alias} of {self.function} sends {percent} % of the invocations to version {other}, but no deployment "
                f"is in progress. Return to version {state.version} first: --roll-back"
            )
        if target == state.version:
            return None
        return self.group.create(self.alias, state.version, target, ignore_alarms=ignore_alarms)

    def roll_back(self, version: int | None = None) -> Deployment | None:
        """Stop the deployment in progress or, if there is none, return to the version before the last release.

        `version`: return to this version instead. If the alias has two versions but no deployment is in progress, sends all
        invocations to its main version and returns None. Raises UsageError if the version is not known, or does not exist.
        """
        current = self.group.unfinished()
        if current is not None and self.group.stop(current):
            return current
        state = self.state()
        if state.weights:
            self.functions.update_alias(
                FunctionName=self.function,
                Name=self.alias,
                FunctionVersion=str(state.version),
                RoutingConfig={"AdditionalVersionWeights": {}},
            )
            return None
        target = version or self._previous_version(state.version)
        if target == state.version or target not in published_versions(self.functions, self.function):
            problem = f"{self.alias} already has" if target == state.version else "there is no longer a"
            raise UsageError(
                f"{self.function} cannot return: {problem} version {target}. Specify another one: --version NUMBER"
            )
        return self.group.create(self.alias, state.version, target, is_return=True)

    def _previous_version(self, version: int) -> int:
        for deployment in self.group.succeeded():
            if deployment.to_version == version and deployment.from_version is not None and not deployment.is_return:
                return deployment.from_version
        raise UsageError(
            f"No deployment has released version {version} of {self.function}, so the previous version is not known. "
            "Specify it: --version NUMBER"
        )

    def follow(
        self,
        deployment: Deployment,
        *,
        stop: Stop | None = None,
        on_progress: Callable[[Deployment, AliasState], None] = lambda *_: None,
        poll: float = POLL,
    ) -> ReleaseResult:
        """Wait until a deployment and its rollback have ended, or `stop` is set. CodeDeploy continues after a stop.

        The outcome depends on the versions that the alias has at the end, not on the status that CodeDeploy reports.
        """
        stopped, released = stop or Stop(), deployment
        while True:
            state = self.state()
            on_progress(deployment, state)
            if deployment.is_finished and not deployment.rollback_id:
                return self.result(released, state, _outcome(released, state, rolled_back=deployment.id != released.id))
            if not deployment.is_finished and stopped.wait(poll):
                return self.result(released, state, "in_progress")
            same = not deployment.is_finished
            deployment = self.group.read(deployment.id if same else str(deployment.rollback_id))
            released = deployment if same and deployment.id == released.id else released

    def result(self, deployment: Deployment | None, state: AliasState, outcome: Outcome) -> ReleaseResult:
        """Return a result with the versions of a deployment and of the alias."""
        if deployment is None:
            return ReleaseResult(self.function, self.alias, outcome, state.version, None, None, None, "")
        old, new = deployment.from_version, deployment.to_version
        return ReleaseResult(self.function, self.alias, outcome, state.version, old, new, deployment.id, deployment.reason)

    def delete_old_versions(self, result: ReleaseResult, keep: int) -> list[int]:
        """Delete old versions, and return them. Keeps the newest `keep` versions, the alias's version and the one before it."""
        needed = {result.alias_version, result.from_version or 0}
        return delete_old_versions(self.functions, self.function, keep, needed)


def _outcome(deployment: Deployment, state: AliasState, *, rolled_back: bool) -> Outcome:
    """Return how a finished deployment ended. `rolled_back`: CodeDeploy has started another deployment for the rollback."""
    if state.weights:
        return "failed"
    if deployment.status == "Succeeded":
        ended = deployment.to_version in (None, state.version)
        return ("rolled_back" if deployment.is_return else "released") if ended else "failed"
    if deployment.is_return:
        return "failed"
    return (
        "rolled_back" if state.version == deployment.from_version or (rolled_back and not deployment.from_version) else "failed"
    )
