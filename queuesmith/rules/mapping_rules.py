"""Rules about the event source mapping: batches, options of streams, what it waits for, who else polls, and whether it does."""

from __future__ import annotations

from math import ceil, inf

from queuesmith.rules import defaults, limits
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.part import Dialect
from queuesmith.rules.pipeline import Function, Pipeline
from queuesmith.rules.rule import WARNS, Problems, error, rule, warning, within
from queuesmith.rules.wording import amount, listed


@rule(
    "QL101",
    "the batch size is one that Lambda takes",
    limit=f"standard queues {limits.BATCH_SIZE}; FIFO queues {limits.FIFO_BATCH_SIZE}",
    reason="Lambda refuses any other value when the mapping is created. The provider does not check it.",
    remedy="Set a batch size in the range.",
    source=limits.CREATE_MAPPING,
    hard=True,
)
def batch_size_is_in_range(pipeline: Pipeline) -> Problems:
    """QL101."""
    mapping, size = pipeline.mapping, known(pipeline.mapping.batch_size)
    if size not in limits.BATCH_SIZE:
        yield from within(mapping, "batch_size", size, limits.BATCH_SIZE)
    elif size not in limits.FIFO_BATCH_SIZE and known(pipeline.queue.fifo):
        yield from within(mapping, "batch_size", size, limits.FIFO_BATCH_SIZE, only="on a FIFO queue only ")


@rule(
    "QL102",
    "a batch of more than 10 has a batching window",
    limit=f"batch size > {limits.LARGEST_BATCH_WITHOUT_WINDOW} ⇒ window ≥ 1 s",
    reason=(
        f"Lambda refuses the mapping otherwise: one receive gives at most {limits.LARGEST_BATCH_WITHOUT_WINDOW} messages, so a "
        "larger batch has to be waited for."
    ),
    remedy=f"Set a batching window of 1 s or more, or a batch size of {limits.LARGEST_BATCH_WITHOUT_WINDOW}.",
    source=limits.CREATE_MAPPING,
    hard=True,
)
def large_batches_have_a_window(pipeline: Pipeline) -> Problems:
    """QL102."""
    mapping = pipeline.mapping
    size, most = known(mapping.batch_size), limits.LARGEST_BATCH_WITHOUT_WINDOW
    if most < size <= limits.BATCH_SIZE.high and known(mapping.batching_window) < 1 and not known(pipeline.queue.fifo):
        yield error(
            mapping,
            "batch_size",
            f"{mapping.key('batch_size')} is {amount(size)}, but without a batching window at most {most} is allowed",
            f"Set {mapping.key('batching_window')} to 1 or more, or {mapping.key('batch_size')} to {most}",
        )


@rule(
    "QL103",
    "the batching window is one that Lambda takes",
    limit=f"{limits.BATCHING_WINDOW}; on FIFO queues none",
    reason="Lambda refuses any other value.",
    remedy="Set a window in the range, and none on a FIFO queue.",
    source=limits.CREATE_MAPPING,
    hard=True,
)
def batching_window_is_in_range(pipeline: Pipeline) -> Problems:
    """QL103."""
    mapping, window = pipeline.mapping, known(pipeline.mapping.batching_window)
    if window not in limits.BATCHING_WINDOW:
        yield from within(mapping, "batching_window", window, limits.BATCHING_WINDOW)
    elif window > 0 and known(pipeline.queue.fifo):
        key = mapping.key("batching_window")
        yield error(mapping, "batching_window", f"{key} is {window} s, but a FIFO queue takes none", f"Take {key} out")


@rule(
    "QL110",
    "partial batch responses are on",
    limit="`ReportBatchItemFailures` where the batch size is above 1",
    reason="Otherwise one failing message makes the whole batch visible again, and what succeeded is worked twice.",
    remedy='Set function_response_types to ["ReportBatchItemFailures"], and answer with batchItemFailures.',
    source=limits.SQS_ERRORS,
    severities=WARNS,
)
def partial_batches_are_reported(pipeline: Pipeline) -> Problems:
    """QL110."""
    mapping = pipeline.mapping
    size = known(mapping.batch_size)
    if size > 1 and "ReportBatchItemFailures" not in known(mapping.response_types):
        key = mapping.key("response_types")
        yield warning(
            mapping,
            "response_types",
            f"{key} has no ReportBatchItemFailures: one failure repeats the whole batch of up to {amount(size)}",
            f'Set {key} to ["ReportBatchItemFailures"], and let the handler answer with batchItemFailures',
        )


@rule(
    "QL111",
    "options for streams are not set on an SQS mapping",
    limit="starting position, bisect, parallelization, record age, retry attempts, tumbling window, on-failure destination",
    reason="Lambda refuses them, or they do nothing: retries and failures of a queue are the redrive policy's.",
    remedy="Take the option out. For failures, use the queue's redrive policy.",
    source=limits.CREATE_MAPPING,
    hard=True,
)
def stream_options_are_not_set(pipeline: Pipeline) -> Problems:
    """QL111."""
    mapping = pipeline.mapping
    for option, value in mapping.stream_options.items():
        if isinstance(value, Unknown):
            yield value
        elif value not in defaults.STREAM_OPTIONS.get(option, (None,)):
            yield error(
                mapping, option, f"{mapping.key(option)} is for streams, not for a queue", f"Take {mapping.key(option)} out"
            )


@rule(
    "QL112",
    "the mapping waits for the role's policy",
    limit="a path in the dependency graph from the mapping to the policy, through the function or depends_on",
    reason=(
        "Terraform makes what does not depend on each other at the same time. Lambda then refuses the mapping, as the role may "
        "not read the queue yet; IAM needs up to minutes to agree with itself."
    ),
    remedy="Add depends_on with the role's policy to the mapping or to the function.",
    source=limits.IAM_RACE,
    severities=WARNS,
)
def mapping_waits_for_the_policy(pipeline: Pipeline) -> Problems:
    """QL112."""
    if known(pipeline.mapping.waits_for_policy) is False:
        yield warning(
            pipeline.mapping,
            "depends_on",
            f"nothing makes {pipeline.mapping.address} wait for the policy that lets the function read the queue: the first "
            "apply fails now and then",
            f"Add depends_on with that policy to {pipeline.mapping.address}",
        )


@rule(
    "QL113",
    "the batch can finish in time",
    limit="batch size × expected seconds per record ≤ function timeout, where the expectation is given",
    reason="A function that runs into its timeout fails its whole batch, and what had succeeded is worked again.",
    remedy="Lower the batch size, or raise the function timeout. What takes longer than a function may is for Step Functions.",
    source=limits.CONFIGURE_SQS_SOURCE,
    severities=WARNS,
)
def batch_can_finish(pipeline: Pipeline) -> Problems:
    """QL113."""
    mapping, function = pipeline.mapping, pipeline.function
    each = function.expected_seconds_per_record
    if each is None or not 0 < each < inf:
        return
    size, timeout = known(mapping.batch_size), known(function.timeout)
    if size not in limits.BATCH_SIZE or timeout not in limits.FUNCTION_TIMEOUT:
        return  # those are QL101's and QL201's
    if size * each > timeout:
        yield warning(
            mapping,
            "batch_size",
            f"{mapping.key('batch_size')} is {amount(size)} at {amount(each, 's')} a record, which takes "
            f"{amount(size * each, 's')}, but {function.key('timeout')} is {timeout} s",
            _fitting(pipeline, size, each, timeout),
        )


def _fitting(pipeline: Pipeline, size: int, each: float, timeout: int) -> str:
    """How a batch is made to fit, by what is possible."""
    size_key, timeout_key = pipeline.mapping.key("batch_size"), pipeline.function.key("timeout")
    longest = _longest_timeout(pipeline.function)
    if each > longest:
        return f"Use Step Functions, ECS or AWS Batch: one record takes longer than this function can, {longest} s"
    ways = [f"{size_key} to {int(timeout / each)}"] if each <= timeout else []
    if size * each <= longest:
        ways.append(f"{timeout_key} to {ceil(size * each)} or more")
    if ways:
        return f"Set {', or '.join(ways)}"
    return f"Set {size_key} to {int(longest / each)} and {timeout_key} to {ceil(int(longest / each) * each)}"


def _longest_timeout(function: Function) -> int:
    """Seconds that a function's timeout can be set to."""
    if function.dialect is Dialect.SETTINGS:
        return limits.FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER.high
    return limits.FUNCTION_TIMEOUT.high if function.managed_instances is True else limits.ORDINARY_FUNCTION_TIMEOUT.high


@rule(
    "QL114",
    "one mapping polls the queue",
    limit="at most one enabled mapping a queue",
    reason="Two mappings do not each get all messages: each gets a part, at random.",
    remedy="Give each function a queue of its own, behind an SNS topic or an EventBridge rule.",
    source=limits.CONFIGURE_SQS_SOURCE,
    severities=WARNS,
)
def one_mapping_polls_the_queue(pipeline: Pipeline) -> Problems:
    """QL114."""
    queue = pipeline.queue
    if len(queue.consumers) > 1:
        all_of_them = "both" if len(queue.consumers) == 2 else "all"
        yield warning(
            queue,
            "",
            f"{listed(queue.consumers)} {all_of_them} poll {queue.address}: each gets a part of the messages",
            "Give each function a queue of its own, behind an SNS topic or an EventBridge rule",
        )


@rule(
    "QL115",
    "the mapping is enabled",
    limit="enabled",
    reason="A disabled mapping processes nothing: messages wait until their retention ends.",
    remedy="Enable it, or take it out.",
    source=limits.CREATE_MAPPING,
    severities=WARNS,
)
def mapping_is_enabled(pipeline: Pipeline) -> Problems:
    """QL115."""
    enabled = pipeline.mapping.enabled
    if isinstance(enabled, Unknown):
        yield enabled
    elif not enabled:
        key = pipeline.mapping.key("enabled")
        yield warning(pipeline.mapping, "enabled", f"{key} is false: nothing is processed", f"Set {key} to true")
