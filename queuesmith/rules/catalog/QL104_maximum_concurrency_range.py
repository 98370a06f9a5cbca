from queuesmith.rules.authoring import Pipeline, Problems, Rule, check_range, limits

RULE = Rule(
    "QL104",
    "the maximum concurrency is in the range that Lambda accepts",
    limit=str(limits.MAXIMUM_CONCURRENCY),
    reason="Lambda rejects any other value. The provider checks only the lower end.",
    remedy="Set a value in the range. To process one message at a time, use a FIFO queue with one message group.",
    documentation=limits.SQS_SCALING,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    yield from check_range(mapping, "maximum_concurrency", mapping.maximum_concurrency, limits.MAXIMUM_CONCURRENCY)
