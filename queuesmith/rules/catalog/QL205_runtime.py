from datetime import timedelta

from queuesmith.rules.authoring import Pipeline, Problems, Rule, error, known, limits, quote, warning
from queuesmith.rules.runtimes import READ_ON, RUNTIMES

RULE = Rule(
    "QL205",
    f"the runtime must be supported now and for the next {limits.RUNTIME_NOTICE_DAYS} days",
    limit=(
        "Lambda still allows new functions with it (error); it is not deprecated now or within "
        f"{limits.RUNTIME_NOTICE_DAYS} days, and is listed in queuesmith's table of runtimes, as of {READ_ON} (warning)"
    ),
    reason=(
        "A deprecated runtime gets no security updates. Later, Lambda refuses first to create functions with it, and then to "
        "update them. The finding can be suppressed, because AWS sometimes postpones the dates, and existing functions "
        "continue to run."
    ),
    remedy="Move to a later runtime of the same language.",
    documentation=limits.LAMBDA_RUNTIMES,
    severity="error or warning",
)


def check(pipeline: Pipeline) -> Problems:
    function, today = pipeline.function, pipeline.today
    runtime, key = known(function.runtime), function.attribute_path("runtime")
    if runtime is None:
        return
    if runtime not in RUNTIMES:
        text = f"{key} is {quote(runtime)}, which is not in queuesmith's table of runtimes (as of {READ_ON})"
        yield warning(function, "runtime", text, "Check the list of Lambda runtimes, or use a later version of queuesmith")
        return
    dates = RUNTIMES[runtime]
    if dates.blocked is not None and today >= dates.blocked:
        text = f'{key} is "{runtime}": Lambda has refused to create functions with it since {dates.blocked}'
        yield error(function, "runtime", text)
    elif dates.deprecated is not None and today >= dates.deprecated - timedelta(days=limits.RUNTIME_NOTICE_DAYS):
        when = "has been deprecated since" if today >= dates.deprecated else "will be deprecated on"
        yield warning(function, "runtime", f'{key} is "{runtime}", which {when} {dates.deprecated}')
