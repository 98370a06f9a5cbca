from queuesmith.rules.authoring import Pipeline, Problems, Rule, error, join_words, known, limits, quote

RULE = Rule(
    "QL204",
    "the function must have one deployment package, which contains the handler",
    limit="exactly one of zip, S3 object and image; a local zip for Python contains the handler's module and function",
    reason=(
        "Lambda rejects two deployment packages, or none. If the zip does not contain the handler, every invocation fails, and "
        "all messages move to the DLQ."
    ),
    remedy="Set one deployment package, and a handler that it contains.",
    documentation=limits.CREATE_FUNCTION,
    enforced_when="there is not exactly one deployment package",
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    if len(function.code) != 1:
        text = f"{function.label} has no deployment package"
        if function.code:
            text = f"{function.label} sets {join_words(function.code)}, but Lambda accepts only one deployment package"
        yield error(function, "", text, "Set exactly one: a local zip, an S3 object or an image", enforced_by_aws=True)
    problem = known(function.handler_problem)
    if problem:
        key, handler = function.attribute_path("handler"), known(function.handler)
        text = f"{key} is {quote(handler) if handler else 'not set'}, but {problem}"
        yield error(function, "handler", text, f"Set {key} to a function that exists")
