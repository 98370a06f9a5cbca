from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, error, known, limits, quote

RULE = Rule(
    "QL210",
    "log levels must be set only with JSON logs",
    limit="a log level requires log_format = JSON",
    reason="Lambda rejects a log level with text logs.",
    remedy="Set the log format to JSON, or remove the level.",
    documentation=limits.LAMBDA_LOGGING,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    for attribute in ("application_level", "system_level"):
        level = getattr(function, attribute)
        if not level or known(function.log_format) != "Text":
            continue
        if isinstance(level, Unknown):
            yield level
        else:
            format_key = function.attribute_path("log_format")
            text = f"{function.attribute_path(attribute)} is {quote(level)}, but {format_key} is Text"
            yield error(function, attribute, text, f"Set {format_key} to JSON")
