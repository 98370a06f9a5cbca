from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, error, known, limits

RULE = Rule(
    "QL216",
    "the time floor leaves time to work",
    limit="time floor < function timeout",
    reason="The handler hands back every message but the first of a batch, and each that is handed back spends a receive.",
    remedy="Lower the time floor, or raise the function timeout.",
    source=limits.CONFIGURE_SQS_SOURCE,
)


def check(pipeline: Pipeline) -> Problems:
    function = pipeline.function
    if function.time_floor is None:
        return
    timeout = known(function.timeout)
    if timeout in limits.FUNCTION_TIMEOUT and function.time_floor >= timeout:
        key, timeout_key = function.attribute_path("time_floor"), function.attribute_path("timeout")
        text = (
            f"{key} is {amount(function.time_floor, 's')}, but {timeout_key} is {timeout} s: of each batch only the first "
            "message is worked, and the rest handed back"
        )
        yield error(function, "time_floor", text, f"Set {key} below {timeout}, or {timeout_key} above {function.time_floor:g}")
