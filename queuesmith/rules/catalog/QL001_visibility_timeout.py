from queuesmith.rules.authoring import Dialect, Pipeline, Problems, Rule, Unknown, amount, error, known, limits, warning

RULE = Rule(
    "QL001",
    "the visibility timeout must be longer than the function timeout",
    limit="visibility timeout > function timeout (in Terraform files, an equal value is a warning)",
    reason=(
        "A message that becomes visible while the function is still processing it is received again and processed twice. "
        "Lambda refuses to create or update a mapping whose queue has a visibility timeout below the function's timeout."
    ),
    remedy="Set the visibility timeout to 6 × function timeout + batching window.",
    documentation=limits.CONFIGURE_SQS_SOURCE,
    severity="error or warning",
    enforced_when="the visibility timeout is below the function timeout",
)


def check(pipeline: Pipeline) -> Problems:
    queue, function = pipeline.queue, pipeline.function
    visibility, timeout = known(queue.visibility_timeout), known(function.timeout)
    if visibility > timeout or timeout not in limits.FUNCTION_TIMEOUT:
        return  # QL201 reports a timeout out of range
    recommended = limits.recommended_visibility_timeout(timeout, _window_after_fixes(pipeline))
    below = visibility < timeout
    in_settings = queue.dialect is Dialect.SETTINGS
    key = queue.attribute_path("visibility_timeout")
    remedy = f"Set {key} to {recommended} (6 × function timeout + batching window)"
    if in_settings:
        derived = limits.recommended_visibility_timeout(timeout, _window(pipeline))
        remedy = f"Remove {key} (default: {derived} s, 6 × function timeout + batching window), or set it above {timeout}"
    text = (
        f"{key} is {amount(visibility, 's')}, but {function.attribute_path('timeout')} is {timeout} s: a message can "
        "become visible again while the function is still processing it, and is then processed twice"
    )
    if below or in_settings:
        yield error(queue, "visibility_timeout", text, remedy, enforced_by_aws=below)
    else:
        yield warning(queue, "visibility_timeout", text, remedy)


def _window(pipeline: Pipeline) -> int:
    """Return the batching window in seconds, or 0 if it is unknown or out of range."""
    window = pipeline.mapping.batching_window
    return 0 if isinstance(window, Unknown) or window not in limits.BATCHING_WINDOW else window


def _window_after_fixes(pipeline: Pipeline) -> int:
    """Return the batching window in seconds, or 1 if QL102 requires one, so that the fixes of both rules agree."""
    window, size = pipeline.mapping.batching_window, pipeline.mapping.batch_size
    large = not isinstance(size, Unknown) and limits.LARGEST_BATCH_WITHOUT_WINDOW < size <= limits.BATCH_SIZE.high
    return 1 if window == 0 and large and pipeline.queue.fifo is False else _window(pipeline)
