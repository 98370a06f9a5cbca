from queuesmith.rules.authoring import Dialect, Pipeline, Problems, Rule, Unknown, amount, error, known, limits, warning

RULE = Rule(
    "QL206",
    "the log group must have a retention period",
    limit=(
        "a retention period that CloudWatch Logs accepts (error); the log group exists, has a retention period, and is created "
        "before the function (warning)"
    ),
    reason=(
        "If the function runs before the log group exists, Lambda creates one whose logs never expire, and Terraform then "
        "fails to create its own."
    ),
    remedy="Create the log group with a retention period, and let the function depend on it.",
    documentation=limits.RETENTION_POLICY,
    severity="error or warning",
    enforced_when="CloudWatch Logs does not accept the retention period",
)


def check(pipeline: Pipeline) -> Problems:
    group, function = known(pipeline.log_group), pipeline.function
    if group is None:
        text = f"{function.label} has no log group: Lambda creates one whose logs never expire"
        if function.dialect is Dialect.TERRAFORM:
            text = f"this file has no log group of {function.label}: without one, Lambda creates it, and its logs never expire"
        yield warning(function, "", text, "Create the log group with a retention period before the function")
        return
    days, key = group.retention, group.attribute_path("retention")
    if isinstance(days, Unknown):
        yield days
    elif not days:
        set_to_zero = days == 0 and group.dialect is Dialect.SETTINGS  # a refreshed plan has 0 if it is not set
        text = f"{key} is {'0' if set_to_zero else 'not set'}: logs never expire, and their costs grow"
        yield warning(group, "retention", text, f"Set {key} to a number of days")
    elif days not in limits.LOG_RETENTIONS:
        closest = next((allowed for allowed in limits.LOG_RETENTIONS if allowed >= days), limits.LOG_RETENTIONS[-1])
        text = f"{key} is {amount(days, 'days')}, which CloudWatch Logs does not accept"
        allowed = ", ".join(map(str, limits.LOG_RETENTIONS))
        yield error(group, "retention", text, f"Set {key} to {closest} (allowed: {allowed})", enforced_by_aws=True)
    if not known(group.before_function):
        text = (
            f"{function.label} does not depend on {group.label}: Lambda can create the log group first, without a retention "
            "period"
        )
        remedy = f"Add depends_on with {group.label} to {function.label}, or name it in logging_config"
        yield warning(group, "", text, remedy)
