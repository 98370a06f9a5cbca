"""Rules about the function's logs."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.part import Dialect
from queuesmith.rules.pipeline import Pipeline
from queuesmith.rules.rule import BOTH, Problems, error, rule, warning
from queuesmith.rules.wording import amount, shown


@rule(
    "QL206",
    "logs are kept for a time that somebody chose",
    limit="a retention that CloudWatch Logs takes (error); unlimited, missing, or made after the function (warning)",
    reason=(
        "Lambda makes a log group itself where there is none, and keeps it for ever; Terraform then fails, as it is there "
        "already."
    ),
    remedy="Create the log group with a retention, and let the function wait for it.",
    source=limits.RETENTION_POLICY,
    severities=BOTH,
    hard_where="CloudWatch Logs does not take the retention",
)
def logs_have_a_retention(pipeline: Pipeline) -> Problems:
    """QL206."""
    group, function = known(pipeline.log_group), pipeline.function
    if group is None:
        text = f"{function.address} has no log group here: Lambda makes one that is kept for ever"
        yield warning(function, "", text, "Create its log group, with a retention, before the function")
        return
    days, key = group.retention, group.key("retention")
    if isinstance(days, Unknown):
        yield days
    elif not days:
        said = (
            "0" if days == 0 and group.dialect is Dialect.SETTINGS else "not set"
        )  # a refreshed plan has 0 where it is not set
        text = f"{key} is {said}: logs are kept, and paid for, for ever"
        yield warning(group, "retention", text, f"Set {key} to a number of days")
    elif days not in limits.LOG_RETENTIONS:
        closest = next((allowed for allowed in limits.LOG_RETENTIONS if allowed >= days), limits.LOG_RETENTIONS[-1])
        text = f"{key} is {amount(days, 'days')}, which CloudWatch Logs does not take"
        allowed = ", ".join(map(str, limits.LOG_RETENTIONS))
        yield error(group, "retention", text, f"Set {key} to {closest} (allowed: {allowed})", hard=True)
    if not known(group.before_function):
        text = (
            f"nothing makes {function.address} wait for {group.address}: Lambda may make the log group first, without retention"
        )
        yield warning(
            group, "", text, f"Add depends_on with {group.address} to {function.address}, or name it in logging_config"
        )


@rule(
    "QL210",
    "log levels go with JSON logs",
    limit="a level is set ⇒ log_format = JSON",
    reason="Lambda refuses a log level with text logs.",
    remedy="Set the log format to JSON, or take the level out.",
    source=limits.LAMBDA_LOGGING,
    hard=True,
)
def log_levels_have_json(pipeline: Pipeline) -> Problems:
    """QL210."""
    function = pipeline.function
    for attribute in ("application_level", "system_level"):
        level = getattr(function, attribute)
        if not level or known(function.log_format) != "Text":
            continue
        if isinstance(level, Unknown):
            yield level
        else:
            text = f"{function.key(attribute)} is {shown(level)}, but {function.key('log_format')} is Text"
            yield error(function, attribute, text, f"Set {function.key('log_format')} to JSON")
