from queuesmith.rules.authoring import Pipeline, Problems, Rule, known, limits, within

RULE = Rule(
    "QL101",
    "the batch size is one that Lambda takes",
    limit=f"standard queues {limits.BATCH_SIZE}; FIFO queues {limits.FIFO_BATCH_SIZE}",
    reason="Lambda refuses any other value when the mapping is created. The provider does not check it.",
    remedy="Set a batch size in the range.",
    source=limits.CREATE_MAPPING,
    hard=True,
)


def check(pipeline: Pipeline) -> Problems:
    mapping, size = pipeline.mapping, known(pipeline.mapping.batch_size)
    if size not in limits.BATCH_SIZE:
        yield from within(mapping, "batch_size", size, limits.BATCH_SIZE)
    elif size not in limits.FIFO_BATCH_SIZE and known(pipeline.queue.fifo):
        yield from within(mapping, "batch_size", size, limits.FIFO_BATCH_SIZE, only="on a FIFO queue only ")
