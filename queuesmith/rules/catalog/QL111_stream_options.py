from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, defaults, error, limits

RULE = Rule(
    "QL111",
    "stream options must not be set on an SQS mapping",
    limit=(
        "no starting position, bisect, parallelization, record age, retry attempts, tumbling window or on-failure destination"
    ),
    reason="Lambda rejects them, or they have no effect: the redrive policy of the queue controls retries and failures.",
    remedy="Remove the option. For failed messages, use the queue's redrive policy.",
    documentation=limits.CREATE_MAPPING,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    for option, value in mapping.stream_options.items():
        if isinstance(value, Unknown):
            yield value
        elif value not in defaults.STREAM_OPTIONS.get(option, (None,)):
            key = mapping.attribute_path(option)
            yield error(mapping, option, f"{key} is for streams, not for queues", f"Remove {key}")
