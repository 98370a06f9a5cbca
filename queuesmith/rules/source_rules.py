"""Rules about the mapping among others: filters, other consumers, options of streams, and what it waits for."""

from __future__ import annotations

import json

from queuesmith.rules import limits
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.pipeline import Mapping, Pipeline
from queuesmith.rules.queue_rules import BOTH, WARNS
from queuesmith.rules.rule import Said, error, rule, warning

_STREAM_DEFAULTS: dict[str, tuple[object, ...]] = {
    "starting_position": (None, ""),
    "starting_position_timestamp": (None, ""),
    "bisect_batch_on_function_error": (None, False),
    "parallelization_factor": (None, 0, 1),
    "maximum_record_age_in_seconds": (None, 0, -1),
    "maximum_retry_attempts": (None, 0, -1),
    "tumbling_window_in_seconds": (None, 0),
    "destination_config": (None, False),
}
"""Options for streams, and what a refreshed plan shows for them on a mapping that has none."""
STREAM_OPTIONS = tuple(_STREAM_DEFAULTS)


@rule(
    "QL108",
    "filters are ones that Lambda takes",
    limit="at most 10 (error) and 5 without a raised quota (warning); 4,096 characters of JSON each; top-level key `body` only",
    reason="Lambda refuses the others, apart from keys that no SQS message has: then nothing matches and all is deleted.",
    remedy="Put conditions under `body`, and join filters where there are too many.",
    source=limits.EVENT_FILTERS,
    severities=BOTH,
)
def filters_are_valid(pipeline: Pipeline) -> Said:
    """QL108."""
    mapping = pipeline.mapping
    filters, key = known(mapping.filters), mapping.key("filters")
    if len(filters) > limits.FILTERS:
        text = f"{key} has {len(filters)} filters, but at most {limits.FILTERS} are allowed"
        yield error(mapping, "filters", text, "Join filters: each key of a pattern takes a list of alternatives", hard=True)
    elif len(filters) > limits.DEFAULT_FILTER_QUOTA:
        quota = limits.DEFAULT_FILTER_QUOTA
        text = f"{key} has {len(filters)} filters, more than the quota of {quota} that an account starts with"
        yield warning(mapping, "filters", text, "Join filters, or have the quota raised before you apply")
    for pattern in filters:
        yield from _pattern_is_valid(mapping, pattern)


def _pattern_is_valid(mapping: Mapping, pattern: Known[str]) -> Said:
    if isinstance(pattern, Unknown):
        yield pattern
        return
    key = mapping.key("filters")
    shown = pattern if len(pattern) <= 60 else f"{pattern[:60]}…"
    if len(pattern) > limits.FILTER_LENGTH:
        text = f"{key} has a pattern of {len(pattern):,} characters, but at most {limits.FILTER_LENGTH:,} are allowed"
        yield error(mapping, "filters", text, "Shorten it", hard=True)
    try:
        content = json.loads(pattern)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        yield error(
            mapping, "filters", f"{key} has a pattern that is not a JSON object: {shown}", "Write it as JSON", hard=True
        )
        return
    for wrong in sorted(_keys(content) - limits.FILTER_KEYS):
        yield error(
            mapping,
            "filters",
            f'{key} has a pattern with "{wrong}" at the top, but an SQS message is filtered by "body" only: nothing matches, '
            "and all messages are deleted unworked",
            f'Put the condition under "body": {{"body": {{"{wrong}": …}}}}',
        )


def _keys(pattern: dict[str, object]) -> set[str]:
    """The keys at the top of a pattern. `$or` takes a list of patterns, each with keys of its own."""
    alternatives = pattern.get("$or")
    if not isinstance(alternatives, list):
        return set(pattern)
    inner = (set(each) for each in alternatives if isinstance(each, dict))
    return set(pattern) - {"$or"} | set().union(*inner)


@rule(
    "QL109",
    "messages that no filter matches are wanted by nobody else",
    limit="a filtered mapping, and another consumer of the same queue in the same file",
    reason="Lambda deletes what its filters do not match. It does not leave it for another consumer.",
    remedy="Give each consumer a queue of its own, behind an SNS topic or an EventBridge rule that filters.",
    source=limits.EVENT_FILTERS,
    severities=WARNS,
)
def filtered_queue_has_one_consumer(pipeline: Pipeline) -> Said:
    """QL109."""
    mapping, queue = pipeline.mapping, pipeline.queue
    others = [address for address in queue.consumers if address != mapping.address]
    if not others:
        return
    filters: tuple[Known[str], ...] = known(mapping.filters)
    if filters:
        yield warning(
            mapping,
            "filters",
            f"{mapping.key('filters')} is set, but {', '.join(others)} polls {queue.address} too: a message that this filter "
            "does not match is deleted, and the other never sees it",
            "Give each consumer a queue of its own, and filter before the queues",
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
def stream_options_are_not_set(pipeline: Pipeline) -> Said:
    """QL111."""
    mapping = pipeline.mapping
    for option, value in mapping.stream_options.items():
        if isinstance(value, Unknown):
            yield value
        elif value not in _STREAM_DEFAULTS.get(option, (None,)):
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
def mapping_waits_for_the_policy(pipeline: Pipeline) -> Said:
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
    "QL114",
    "one mapping polls the queue",
    limit="at most one enabled mapping a queue",
    reason="Two mappings do not each get all messages: each gets a part, at random.",
    remedy="Give each function a queue of its own, behind an SNS topic or an EventBridge rule.",
    source=limits.CONFIGURE_SQS_SOURCE,
    severities=WARNS,
)
def one_mapping_polls_the_queue(pipeline: Pipeline) -> Said:
    """QL114."""
    queue = pipeline.queue
    if len(queue.consumers) > 1:
        yield warning(
            queue,
            "",
            f"{', '.join(queue.consumers)} all poll {queue.address}: each gets a part of the messages",
            "Give each function a queue of its own, behind an SNS topic or an EventBridge rule",
        )
