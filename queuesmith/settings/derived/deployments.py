"""The names of CodeDeploy's deployment configurations: the steps in which a new version gets its invocations."""

from __future__ import annotations

from queuesmith.settings.deployment import DeploymentSettings

_PREFIX = "CodeDeployDefault."
ALL_AT_ONCE = f"{_PREFIX}LambdaAllAtOnce"
_PREDEFINED = {
    **{("canary", 10, minutes): f"{_PREFIX}LambdaCanary10Percent{minutes}Minutes" for minutes in (5, 10, 15, 30)},
    ("linear", 10, 1): f"{_PREFIX}LambdaLinear10PercentEvery1Minute",
    **{("linear", 10, minutes): f"{_PREFIX}LambdaLinear10PercentEvery{minutes}Minutes" for minutes in (2, 3, 10)},
}
"""AWS's own configurations (CodeDeploy user guide, deployment configurations on an AWS Lambda compute platform)."""


def configuration_name(worker: str, deployment: DeploymentSettings) -> str:
    """Return the name of AWS's own configuration with these steps or, if there is none, one for the worker.

    It contains the numbers, because a configuration cannot be changed: other numbers need another one.
    """
    if deployment.strategy == "all_at_once":
        return ALL_AT_ONCE
    steps = (deployment.strategy, deployment.percent, deployment.minutes)
    own = f"{worker}-{deployment.strategy}-{deployment.percent}-percent-{deployment.minutes}-minutes"
    return _PREDEFINED.get(steps, own)


def is_predefined(name: str) -> bool:
    """Whether AWS has a configuration with this name in every account. Others cannot begin with this prefix."""
    return name.startswith(_PREFIX)
