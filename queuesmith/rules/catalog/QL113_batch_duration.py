from math import ceil, inf

from queuesmith.rules.authoring import Dialect, Function, Pipeline, Problems, Rule, Unknown, amount, known, limits, warning

RULE = Rule(
    "QL113",
    "the function timeout must be long enough for a batch",
    limit=(
        "batch size × expected seconds per record ≤ function timeout, if the settings have `expected_seconds_per_record`. On a "
        "standard queue, the batch size is divided by `message_concurrency`"
    ),
    reason="A function that times out fails its whole batch, and messages that had succeeded are processed again.",
    remedy="Lower the batch size, or raise the function timeout. For longer work, use Step Functions.",
    documentation=limits.CONFIGURE_SQS_SOURCE,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    mapping, function = pipeline.mapping, pipeline.function
    each = function.expected_seconds_per_record
    if each is None or not 0 < each < inf:
        return
    size, timeout = known(mapping.batch_size), known(function.timeout)
    if size not in limits.BATCH_SIZE or timeout not in limits.FUNCTION_TIMEOUT:
        return  # QL101 and QL201 report these
    concurrency = _concurrency(pipeline)
    if ceil(size / concurrency) * each > timeout:
        pace = f"{amount(each, 's')} a record" + (f" and {concurrency} simultaneously" if concurrency > 1 else "")
        batch = f"{amount(size)}, which takes {amount(ceil(size / concurrency) * each, 's')} at {pace}"
        text = f"{mapping.attribute_path('batch_size')} is {batch}, but {function.attribute_path('timeout')} is {timeout} s"
        yield warning(mapping, "batch_size", text, _remedy(pipeline, size, each, timeout, concurrency))


def _concurrency(pipeline: Pipeline) -> int:
    """Return how many records of a batch are processed simultaneously. On a FIFO queue it can be only one message group's."""
    queue = pipeline.queue
    if not isinstance(queue, Unknown) and queue.fifo is True:
        return 1
    return max(1, known(pipeline.function.message_concurrency))


def _remedy(pipeline: Pipeline, size: int, each: float, timeout: int, concurrency: int) -> str:
    """Return the possible fixes."""
    size_key, timeout_key = pipeline.mapping.attribute_path("batch_size"), pipeline.function.attribute_path("timeout")
    longest = _longest_timeout(pipeline.function)
    if each > longest:
        return f"Use Step Functions, ECS or AWS Batch: one record takes longer than the longest possible timeout, {longest} s"
    ways = [f"{size_key} to {int(timeout / each) * concurrency}"] if each <= timeout else []
    if (needed := ceil(size / concurrency) * each) <= longest:
        ways.append(f"{timeout_key} to {ceil(needed)} or more")
    if ways:
        return f"Set {', or '.join(ways)}"
    return f"Set {size_key} to {int(longest / each) * concurrency} and {timeout_key} to {ceil(int(longest / each) * each)}"


def _longest_timeout(function: Function) -> int:
    """Return the longest timeout in seconds that the function can have."""
    if function.dialect is Dialect.SETTINGS:
        return limits.FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER.high
    return limits.FUNCTION_TIMEOUT.high if function.managed_instances is True else limits.ORDINARY_FUNCTION_TIMEOUT.high
