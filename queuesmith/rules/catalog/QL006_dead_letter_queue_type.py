from queuesmith.rules.authoring import Pipeline, Problems, Rule, error, known, limits

RULE = Rule(
    "QL006",
    "the dead-letter queue must have the same type as the queue",
    limit="a FIFO DLQ for a FIFO queue, a standard DLQ for a standard queue",
    reason="SQS rejects a redrive policy between queues of different types.",
    remedy="Make the dead-letter queue FIFO if and only if the queue is FIFO.",
    documentation=limits.DEAD_LETTER_QUEUES,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.queue_is_its_own_dlq:
        return
    fifo, dlq_fifo = known(pipeline.queue.fifo), known(dlq.fifo)
    if fifo != dlq_fifo:
        names = {True: "a FIFO queue", False: "a standard queue"}
        text = f"{pipeline.queue.label} is {names[fifo]}, but its dead-letter queue {dlq.label} is {names[dlq_fifo]}"
        yield error(dlq, "fifo", text, f"Make {dlq.label} {names[fifo]}")
