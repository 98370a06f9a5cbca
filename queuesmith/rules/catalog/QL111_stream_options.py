from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, defaults, error, limits

RULE = Rule(
    "QL111",
    "options for streams are not set on an SQS mapping",
    limit="starting position, bisect, parallelization, record age, retry attempts, tumbling window, on-failure destination",
    reason="Lambda refuses them, or they do nothing: retries and failures of a queue are the redrive policy's.",
    remedy="Take the option out. For failures, use the queue's redrive policy.",
    source=limits.CREATE_MAPPING,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    for option, value in mapping.stream_options.items():
        if isinstance(value, Unknown):
            yield value
        elif value not in defaults.STREAM_OPTIONS.get(option, (None,)):
            key = mapping.attribute_path(option)
            yield error(mapping, option, f"{key} is for streams, not for a queue", f"Take {key} out")
