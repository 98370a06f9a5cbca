"""`queuesmith release`: shifts a worker's alias to the newest version of its function, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith import aws, operations
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, Stop, graceful_shutdown

if TYPE_CHECKING:
    from queuesmith.operations.deployments import Deployment
    from queuesmith.operations.function_versions import AliasState
    from queuesmith.settings.deployment import DeploymentSettings

ROLLED_BACK = 3
"""The exit status if an alarm or another user has rolled the release back."""
_Version = Annotated[
    int | None, typer.Option("--version", min=1, metavar="NUMBER", help="Release this version. Default: the newest one.")
]
_RollBack = Annotated[
    bool, typer.Option("--roll-back", help="Stop the release in progress, or return to the version before the last release.")
]
_Detach = Annotated[bool, typer.Option("--detach", help="Do not wait until the release has ended.")]
_IgnoreAlarms = Annotated[
    bool,
    typer.Option("--ignore-alarms", help="Release even if an alarm is firing. Alarms then do not stop the release."),
]


@on_worker
def release(
    target: Target,
    output: Output,
    *,
    version: _Version = None,
    roll_back: _RollBack = False,
    detach: _Detach = False,
    ignore_alarms: _IgnoreAlarms = False,
) -> None:
    """Release the newest version of a worker's function: CodeDeploy shifts the alias to it, and back if an alarm fires.

    The setting `function.deployment` says in which steps the alias is shifted. If a release is in progress, the command
    follows it. Ctrl-C ends only the command: CodeDeploy continues. Exit status 0: released, nothing to release, or rolled back
    with --roll-back. 1: failed. 3: CodeDeploy has rolled the release back.

    Example: queuesmith release dev orders
    """
    worker = target.worker()
    releases = _releases(worker)
    with graceful_shutdown() as stop:
        if roll_back:
            result = _returned(releases, version, output, stop, detach=detach)
        else:
            result = _released(releases, version, output, stop, detach=detach, ignore_alarms=ignore_alarms)
        deleted = _delete_old_versions(worker, releases, result, output)
        output.document({**asdict(result), "deleted_versions": deleted})
        _report(result, target, output)
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)
    if result.outcome == "rolled_back" and not roll_back:
        raise typer.Exit(ROLLED_BACK)
    if result.outcome == "failed" or (result.outcome == "released" and roll_back):
        raise typer.Exit(1)


def _releases(worker: aws.DeployedWorker) -> operations.Release:
    deployment, key = _settings(worker), worker.setting("function.deployment")
    if worker.has_settings and deployment is None:
        raise UsageError(
            f"{worker.name} has no gradual deployments: Terraform releases each version. To change that, set {key}"
        )
    alias = worker.names.alias or worker.qualifier
    if alias is None or alias.isdecimal():
        raise UsageError(f"The event source mapping of {worker.name} invokes no alias, so there is nothing to shift. Set {key}")
    connection = worker.connection
    return operations.Release(connection.client("lambda"), connection.client("codedeploy"), worker.function_name, alias)


def _settings(worker: aws.DeployedWorker) -> DeploymentSettings | None:
    configuration = worker.names.configuration
    return configuration.settings.workers[worker.name].function.deployment if configuration else None


def _released(
    releases: operations.Release, version: int | None, output: Output, stop: Stop, *, detach: bool, ignore_alarms: bool
) -> operations.ReleaseResult:
    """Release the version, after the deployment in progress if there is one."""
    result = None
    while (deployment := releases.start(version, ignore_alarms=ignore_alarms)) is not None:
        result = _followed(releases, deployment, output, stop, detach=detach)
        if result.outcome != "released" or stop.is_set():
            return result
    return result or releases.result(None, releases.state(), "nothing_to_release")


def _returned(
    releases: operations.Release, version: int | None, output: Output, stop: Stop, *, detach: bool
) -> operations.ReleaseResult:
    deployment = releases.roll_back(version)
    if deployment is None:
        return releases.result(None, releases.state(), "rolled_back")
    return _followed(releases, deployment, output, stop, detach=detach)


def _followed(
    releases: operations.Release, deployment: Deployment, output: Output, stop: Stop, *, detach: bool
) -> operations.ReleaseResult:
    if detach:
        return releases.result(deployment, releases.state(), "in_progress")
    version = deployment.to_version
    output.say(f"Deployment {deployment.id} shifts {releases.alias} of {releases.function}{_versions(deployment)} …")
    with output.board() as board:

        def on_progress(current: Deployment, state: AliasState) -> None:
            board.show("Shifted %", state.percent(version) if version else 0, 100, current.status)

        return releases.follow(deployment, stop=stop, on_progress=on_progress)


def _versions(deployment: Deployment | operations.ReleaseResult) -> str:
    """The versions of a deployment, unless another tool has started it."""
    old, new = deployment.from_version, deployment.to_version
    return f" from version {old} to version {new}" if old and new else ""


def _delete_old_versions(
    worker: aws.DeployedWorker, releases: operations.Release, result: operations.ReleaseResult, output: Output
) -> list[int]:
    """Delete old versions after a release. The settings say how many are kept, so outside the project all are kept."""
    settings = _settings(worker)
    if result.outcome != "released" or settings is None:
        return []
    try:
        deleted = releases.delete_old_versions(result, settings.keep_versions)
    except Exception as error:
        if not aws.is_access_denied(error):
            raise
        output.say("Old versions were not deleted: the caller has no permission for lambda:DeleteFunction.")
        return []
    if deleted:
        output.say(f"Deleted {counted(len(deleted), 'old version')}: {', '.join(map(str, deleted))}")
    return deleted


def _report(result: operations.ReleaseResult, target: Target, output: Output) -> None:
    alias = f"{result.alias} is version {result.alias_version}"
    output.line(
        {
            "released": f"{result.function}: released, {alias}",
            "rolled_back": f"{result.function}: rolled back, {alias}",
            "failed": f"{result.function}: failed, {alias}",
            "in_progress": f"{result.function}: deployment {result.deployment} shifts {result.alias}{_versions(result)}",
            "nothing_to_release": f"{result.function}: nothing to release, {alias}",
        }[result.outcome]
    )
    if result.reason:
        output.say(f"Reason: {result.reason}")
    follow, back = target.command_line("release"), target.command_line("release", "--roll-back")
    if result.outcome == "in_progress":
        output.say(f"CodeDeploy continues. To follow it: {follow}. To stop it and return: {back}")
    elif result.outcome == "released" and result.from_version:
        output.say(f"To return to version {result.from_version}: {back}")
    elif result.outcome == "failed":
        output.say(f"CodeDeploy did not finish. To return to the previous version: {back}")
    elif result.outcome == "rolled_back" and result.to_version:
        output.say(f"Version {result.to_version} gets no invocations. Next: {target.command_line('logs', '--since', '1h')}")
