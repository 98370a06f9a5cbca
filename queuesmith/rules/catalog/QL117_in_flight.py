from queuesmith.rules.authoring import MaybeUnknown, Part, Pipeline, Problems, Rule, Unknown, amount, known, limits, warning

RULE = Rule(
    "QL117",
    "the messages of all concurrent invocations must fit within the queue's in-flight limit",
    limit=(
        "batch size × maximum concurrency (or the function's reserved concurrency if that is lower, or if there is no maximum) "
        f"≤ {limits.IN_FLIGHT:,}. If neither is set, Lambda chooses the concurrency, and nothing is compared"
    ),
    reason=(
        "At the limit SQS returns no more messages to any consumer, until some are deleted or become visible again. The rest "
        "of the concurrency is never used."
    ),
    remedy="Lower the batch size or the concurrency, or ask AWS for a higher quota.",
    documentation=limits.SQS_QUOTAS,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    mapping, function = pipeline.mapping, pipeline.function
    size = known(mapping.batch_size)
    concurrencies: list[tuple[Part, str, MaybeUnknown[int | None]]] = [
        (mapping, "maximum_concurrency", mapping.maximum_concurrency),
        (function, "reserved_concurrency", function.reserved_concurrency),
    ]
    given = [(value, part, attribute) for part, attribute, value in concurrencies if isinstance(value, int)]
    if size not in limits.BATCH_SIZE or any(size * value <= limits.IN_FLIGHT for value, _, _ in given):
        return  # QL101 reports sizes out of range
    yield from (value for _, _, value in concurrencies if isinstance(value, Unknown))
    if len(given) == sum(value is not None for _, _, value in concurrencies) > 0:
        concurrency, part, attribute = min(given, key=lambda each: each[0])
        key, batch = part.attribute_path(attribute), mapping.attribute_path("batch_size")
        text = (
            f"{batch} ({amount(size)}) × {key} ({amount(concurrency)}) is {amount(size * concurrency)} messages, but a queue "
            f"can have at most {amount(limits.IN_FLIGHT)} in flight: SQS then returns no more messages"
        )
        yield warning(mapping, "batch_size", text, f"Lower {batch} or {key}")
