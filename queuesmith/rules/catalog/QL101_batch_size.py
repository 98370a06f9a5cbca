from queuesmith.rules.authoring import Pipeline, Problems, Rule, check_range, known, limits

RULE = Rule(
    "QL101",
    "the batch size must be in the range that Lambda accepts",
    limit=f"standard queues {limits.BATCH_SIZE}; FIFO queues {limits.FIFO_BATCH_SIZE}",
    reason="Lambda rejects any other value when the mapping is created. The provider does not check it.",
    remedy="Set a batch size in the range.",
    documentation=limits.CREATE_MAPPING,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    mapping, size = pipeline.mapping, known(pipeline.mapping.batch_size)
    if size not in limits.BATCH_SIZE:
        yield from check_range(mapping, "batch_size", size, limits.BATCH_SIZE)
    elif size not in limits.FIFO_BATCH_SIZE and known(pipeline.queue.fifo):
        yield from check_range(mapping, "batch_size", size, limits.FIFO_BATCH_SIZE, only="on a FIFO queue only ")
