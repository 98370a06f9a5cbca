from queuesmith.rules.authoring import WARNS, Pipeline, Problems, Rule, amount, known, limits, warning

RULE = Rule(
    "QL007",
    "the dead-letter queue keeps messages longer than the queue",
    limit="standard queues: DLQ retention > queue retention",
    reason=(
        "A message that moves to a standard DLQ keeps its first enqueue time. With the same retention on both, one that "
        "failed late is deleted soon after it arrives. On FIFO queues the time starts anew."
    ),
    remedy=f"Set the DLQ's retention to {limits.RETENTION.high} s (14 days).",
    source=limits.DEAD_LETTER_QUEUES,
    severities=WARNS,
)


def check(pipeline: Pipeline) -> Problems:
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.is_its_own_dlq or known(pipeline.queue.fifo):
        return
    kept, dlq_kept = known(pipeline.queue.retention), known(dlq.retention)
    if kept not in limits.RETENTION or dlq_kept not in limits.RETENTION:
        return  # those are QL009's
    if dlq_kept <= kept:
        most = limits.RETENTION.high
        better = (
            f"Set {dlq.key('retention')} to {most} (14 days)"
            if kept < most
            else f"Set {pipeline.queue.key('retention')} below {most}, and {dlq.key('retention')} to {most}"
        )
        yield warning(
            dlq,
            "retention",
            f"{dlq.key('retention')} is {amount(dlq_kept, 's')}, not longer than {pipeline.queue.key('retention')} "
            f"({amount(kept, 's')}): a moved message keeps its age, and is deleted from the DLQ before somebody has looked at "
            "it",
            better,
        )
