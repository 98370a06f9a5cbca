from queuesmith.rules.authoring import Pipeline, Problems, Rule, error, known, limits, shown

RULE = Rule(
    "QL204",
    "there is one source of code, and the handler is in it",
    limit="exactly one of zip, S3 object and image; a local zip for Python has the handler's module and function",
    reason=(
        "Lambda refuses two sources or none. A handler that is not in the zip is found out by the first message: every "
        "invocation fails, and everything ends in the DLQ."
    ),
    remedy="Name one source, and a handler that is in it.",
    source=limits.CREATE_FUNCTION,
    enforced_where="there is not exactly one source",
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    if len(function.code) != 1:
        given = " and ".join(function.code) or "no source of code"
        remedy = "Name one: a local zip, an S3 object or an image"
        yield error(function, "", f"{function.address} has {given}", remedy, enforced_by_aws=True)
    problem = known(function.handler_problem)
    if problem:
        key, handler = function.attribute_path("handler"), known(function.handler)
        text = f"{key} is {shown(handler) if handler else 'not set'}, but {problem}"
        yield error(function, "handler", text, f"Set {key} to what is there")
