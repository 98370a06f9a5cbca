"""Rules about the mapping among others: options of streams, what it waits for, and who else polls."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.pipeline import Pipeline
from queuesmith.rules.rule import WARNS, Said, error, rule, warning
from queuesmith.rules.wording import listed

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
        all_of_them = "both" if len(queue.consumers) == 2 else "all"
        yield warning(
            queue,
            "",
            f"{listed(queue.consumers)} {all_of_them} poll {queue.address}: each gets a part of the messages",
            "Give each function a queue of its own, behind an SNS topic or an EventBridge rule",
        )
