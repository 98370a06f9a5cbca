from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, error, known, limits

RULE = Rule(
    "QL102",
    "a batch size above 10 must have a batching window",
    limit=f"batch size > {limits.LARGEST_BATCH_WITHOUT_WINDOW} requires a batching window ≥ 1 s",
    reason=(
        f"Otherwise Lambda rejects the mapping. One receive request returns at most {limits.LARGEST_BATCH_WITHOUT_WINDOW} "
        "messages, so Lambda must wait to collect a larger batch."
    ),
    remedy=f"Set a batching window of 1 s or more, or a batch size of {limits.LARGEST_BATCH_WITHOUT_WINDOW}.",
    documentation=limits.CREATE_MAPPING,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    size, most = known(mapping.batch_size), limits.LARGEST_BATCH_WITHOUT_WINDOW
    if most < size <= limits.BATCH_SIZE.high and known(mapping.batching_window) < 1 and not known(pipeline.queue.fifo):
        key, window_key = mapping.attribute_path("batch_size"), mapping.attribute_path("batching_window")
        text = f"{key} is {amount(size)}, but without a batching window at most {most} is allowed"
        yield error(mapping, "batch_size", text, f"Set {window_key} to 1 or more, or {key} to {most}")
