"""Rules about the visibility timeout, compared with what it has to leave room for."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.limits import recommended_visibility_timeout
from queuesmith.rules.part import Dialect
from queuesmith.rules.pipeline import Pipeline
from queuesmith.rules.rule import BOTH, WARNS, Problems, error, rule, warning
from queuesmith.rules.wording import amount


@rule(
    "QL001",
    "the visibility timeout is longer than the function timeout",
    limit="visibility timeout > function timeout; in existing Terraform an equal one is a warning",
    reason=(
        "A message that becomes visible while the function still works on it is received and worked again. Lambda refuses to "
        "create or update a mapping whose queue has a visibility timeout below the function's timeout."
    ),
    remedy="Set the visibility timeout to 6 × function timeout + batching window.",
    source=limits.CONFIGURE_SQS_SOURCE,
    severities=BOTH,
    hard_where="the visibility timeout is below the function timeout",
)
def visibility_outlasts_the_function(pipeline: Pipeline) -> Problems:
    """QL001."""
    queue, function = pipeline.queue, pipeline.function
    visibility, timeout = known(queue.visibility_timeout), known(function.timeout)
    if visibility > timeout or timeout not in limits.FUNCTION_TIMEOUT:
        return  # a timeout out of range is QL201's
    recommended = recommended_visibility_timeout(timeout, _window_to_be(pipeline))
    below = visibility < timeout
    ours = queue.dialect is Dialect.SETTINGS
    problem = error if below or ours else warning
    key = queue.key("visibility_timeout")
    remedy = f"Set {key} to {recommended} (6 × function timeout + batching window)"
    if ours:
        derived = recommended_visibility_timeout(timeout, _window(pipeline))
        remedy = f"Leave {key} out (it is then {derived} s: 6 × function timeout + batching window), or set it above {timeout}"
    said = problem(
        queue,
        "visibility_timeout",
        f"{key} is {amount(visibility, 's')}, but {function.key('timeout')} is {timeout} s: a message becomes visible again "
        "while the function still works on it, and is worked twice",
        remedy,
    )
    yield said.as_hard() if below else said


def _window(pipeline: Pipeline) -> int:
    """Seconds of batching window; 0 where it cannot be counted on."""
    window = pipeline.mapping.batching_window
    return 0 if isinstance(window, Unknown) or window not in limits.BATCHING_WINDOW else window


def _window_to_be(pipeline: Pipeline) -> int:
    """The batching window, and 1 s where QL102 asks for one, so that following both rules breaks neither."""
    window, size = pipeline.mapping.batching_window, pipeline.mapping.batch_size
    large = not isinstance(size, Unknown) and limits.LARGEST_BATCH_WITHOUT_WINDOW < size <= limits.BATCH_SIZE.high
    return 1 if window == 0 and large and pipeline.queue.fifo is False else _window(pipeline)


@rule(
    "QL002",
    "the visibility timeout leaves room for retries of a throttled batch",
    limit="visibility timeout ≥ 6 × function timeout + batching window",
    reason=(
        "Lambda tries a throttled batch again before it gives the messages back. With less room they become visible meanwhile, "
        "are worked twice, and spend receives."
    ),
    remedy="Set the visibility timeout to 6 × function timeout + batching window.",
    source=limits.CONFIGURE_SQS_SOURCE,
    severities=WARNS,
)
def visibility_leaves_room_for_retries(pipeline: Pipeline) -> Problems:
    """QL002."""
    queue, function, mapping = pipeline.queue, pipeline.function, pipeline.mapping
    visibility, timeout, window = known(queue.visibility_timeout), known(function.timeout), known(mapping.batching_window)
    if timeout not in limits.FUNCTION_TIMEOUT or window not in limits.BATCHING_WINDOW:
        return  # those are QL201's and QL103's
    recommended = recommended_visibility_timeout(timeout, window)
    if timeout < visibility < recommended:  # at or below the timeout is QL001's
        yield warning(
            queue,
            "visibility_timeout",
            f"{queue.key('visibility_timeout')} is {amount(visibility, 's')}, less than 6 × "
            f"{function.key('timeout')} ({timeout} s) + batching window ({window} s): a throttled batch becomes visible before "
            "Lambda has tried it again",
            f"Set {queue.key('visibility_timeout')} to {recommended}",
        )


@rule(
    "QL008",
    "a failing message reaches the dead-letter queue before it expires",
    limit="maxReceiveCount × visibility timeout, or × the backoff's cap where that is more, < queue retention",
    reason="Otherwise the retention ends while the message is still being tried, and it is lost without reaching the DLQ.",
    remedy="Lower maxReceiveCount or the visibility timeout, or raise the queue's retention.",
    source=limits.DEAD_LETTER_QUEUES,
    severities=WARNS,
)
def failing_messages_reach_the_dead_letter_queue(pipeline: Pipeline) -> Problems:
    """QL008."""
    queue = pipeline.queue
    redrive = known(queue.redrive)
    if redrive is None or pipeline.is_its_own_dlq:
        return
    count, visibility, kept = known(redrive.max_receive_count), known(queue.visibility_timeout), known(queue.retention)
    if count not in limits.MAX_RECEIVE_COUNT or visibility not in limits.VISIBILITY_TIMEOUT or kept not in limits.RETENTION:
        return  # those are QL005's, QL003's and QL009's
    cap = known(pipeline.function.backoff_cap)
    backs_off = cap is not None and visibility < cap <= limits.VISIBILITY_TIMEOUT.high
    wait, key = (cap or 0, pipeline.function.key("backoff_cap")) if backs_off else (visibility, queue.key("visibility_timeout"))
    if count * wait >= kept:
        yield warning(
            queue,
            "retention",
            f"{queue.key('retention')} is {amount(kept, 's')}, but {queue.key('max_receive_count')} ({amount(count)}) × "
            f"{key} ({amount(wait, 's')}) is {amount(count * wait, 's')}: a failing message expires before it reaches the DLQ",
            f"Set {queue.key('retention')} above {count * wait}, or {queue.key('max_receive_count')} lower"
            if count * wait < limits.RETENTION.high
            else f"Set {queue.key('max_receive_count')} or {key} lower",
        )
