from queuesmith.rules.authoring import Pipeline, Problems, Rule, join_words, known, limits, name_of, warning

RULE = Rule(
    "QL109",
    "a queue whose mapping has filters must have no other consumer",
    limit="no other mapping or EventBridge pipe in the checked configuration polls the queue of a mapping with filters",
    reason="Lambda deletes messages that do not match its filters. It does not leave them for other consumers.",
    remedy="Give each consumer its own queue, behind an SNS topic or an EventBridge rule that filters.",
    documentation=limits.EVENT_FILTERS,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    mapping, queue = pipeline.mapping, pipeline.queue
    others = [name_of(address) for address in queue.consumers if address != mapping.address]
    if not others:
        return
    if known(mapping.filters):
        poll, never_receive = (
            ("polls", "the other consumer never receives")
            if len(others) == 1
            else ("poll", "the other consumers never receive")
        )
        text = (
            f"{mapping.attribute_path('filters')} is set, but {join_words(others)} {poll} {queue.label} too: messages "
            f"that do not match a filter are deleted, and {never_receive} them"
        )
        yield warning(mapping, "filters", text, "Give each consumer its own queue, and filter before the queues")
