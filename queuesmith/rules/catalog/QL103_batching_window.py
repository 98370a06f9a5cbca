from queuesmith.rules.authoring import Pipeline, Problems, Rule, check_range, error, known, limits

RULE = Rule(
    "QL103",
    "the batching window must be in the range that Lambda accepts",
    limit=f"{limits.BATCHING_WINDOW}; none for FIFO queues",
    reason="Lambda rejects any other value.",
    remedy="Set a window in the range, and none for a FIFO queue.",
    documentation=limits.CREATE_MAPPING,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    mapping, window = pipeline.mapping, known(pipeline.mapping.batching_window)
    if window not in limits.BATCHING_WINDOW:
        yield from check_range(mapping, "batching_window", window, limits.BATCHING_WINDOW)
    elif window > 0 and known(pipeline.queue.fifo):
        key = mapping.attribute_path("batching_window")
        yield error(mapping, "batching_window", f"{key} is {window} s, but FIFO queues support none", f"Remove {key}")
