from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, check_range, error, known, limits
from queuesmith.rules.deployment import shift_minutes

RULE = Rule(
    "QL222",
    "a gradual deployment must have steps that CodeDeploy accepts",
    limit=(
        f"percent {limits.SHIFT_PERCENT}; minutes {limits.SHIFT_MINUTES}; from the first to the last step at most "
        f"{amount(limits.SHIFT_MINUTES.high, 'min')}; keep_versions {limits.KEPT_VERSIONS}"
    ),
    reason="CodeDeploy rejects other steps. With fewer than two versions, no release could be rolled back.",
    remedy="Set values in the ranges.",
    documentation=limits.CODEDEPLOY_QUOTAS,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    deployment = pipeline.deployment
    if deployment is None:
        return
    yield from check_range(deployment, "keep_versions", deployment.keep_versions, limits.KEPT_VERSIONS)
    if deployment.strategy == "all_at_once":
        return
    yield from check_range(deployment, "percent", deployment.percent, limits.SHIFT_PERCENT)
    yield from check_range(deployment, "minutes", deployment.minutes, limits.SHIFT_MINUTES)
    percent, minutes = known(deployment.percent), known(deployment.minutes)
    if percent not in limits.SHIFT_PERCENT or minutes not in limits.SHIFT_MINUTES:
        return
    total = shift_minutes(deployment.strategy, percent, minutes)
    if total not in limits.SHIFT_MINUTES:
        key, most = deployment.attribute_path("minutes"), limits.SHIFT_MINUTES.high * minutes // total
        steps = (
            f"{key} is {amount(minutes, 'min')}, so the shift in steps of {amount(percent, '%')} takes {amount(total, 'min')}"
        )
        remedy = f"Set {key} to {most} or less, or a higher percent" if most else "Set a higher percent"
        yield error(deployment, "minutes", f"{steps}, but at most {amount(limits.SHIFT_MINUTES.high)} is allowed", remedy)
