from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, error, known, limits, warning
from queuesmith.rules.deployment import shift_minutes

RULE = Rule(
    "QL223",
    "the alarms of a gradual deployment must exist, and be able to fire before it ends",
    limit=(
        "rollback_on names only enabled alarms (error), and at least one that can fire before the traffic shift ends (warning)"
    ),
    reason="Without such an alarm, a faulty version gets all invocations, as if there were no gradual deployment.",
    remedy="Name enabled alarms in rollback_on, and give the traffic shift more minutes than they need to fire.",
    documentation=limits.CODEDEPLOY_ALARMS,
    severity="error or warning",
)


def check(pipeline: Pipeline) -> Problems:
    deployment = pipeline.deployment
    if deployment is None:
        return
    key = deployment.attribute_path("rollback_on")
    for alarm in deployment.rollback_alarms:
        if alarm.seconds is None:
            text = (
                f"{key} contains {alarm.key}, but the worker has no such alarm: alarms.{alarm.key} disables it, or has no value"
            )
            yield error(deployment, "rollback_on", text, f"Remove {alarm.key} from {key}, or set alarms.{alarm.key}")
    if deployment.strategy == "all_at_once":
        return
    if not deployment.rollback_alarms:
        yield warning(deployment, "rollback_on", f"{key} is empty: nothing stops the shift to a faulty version")
        return
    percent, minutes = known(deployment.percent), known(deployment.minutes)
    if percent not in limits.SHIFT_PERCENT:  # QL222 reports it
        return
    total = 60 * shift_minutes(deployment.strategy, percent, minutes)
    times = [alarm.seconds for alarm in deployment.rollback_alarms if alarm.seconds is not None]
    if times and min(times) > total:
        text = f"the shift takes {amount(total, 's')}, but no alarm in {key} fires in less than {amount(min(times), 's')}"
        remedy = f"Set a higher {deployment.attribute_path('minutes')}, or a faster alarm in {key}"
        yield warning(deployment, "minutes", text, remedy)
