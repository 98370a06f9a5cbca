from queuesmith.rules.authoring import WARNS, Pipeline, Problems, Rule, known, limits, listed, warning

RULE = Rule(
    "QL109",
    "messages that no filter matches are wanted by nobody else",
    limit="a filtered mapping, and another consumer of the same queue in the same file",
    reason="Lambda deletes what its filters do not match. It does not leave it for another consumer.",
    remedy="Give each consumer a queue of its own, behind an SNS topic or an EventBridge rule that filters.",
    source=limits.EVENT_FILTERS,
    severities=WARNS,
)


def check(pipeline: Pipeline) -> Problems:
    mapping, queue = pipeline.mapping, pipeline.queue
    others = [address for address in queue.consumers if address != mapping.address]
    if not others:
        return
    if known(mapping.filters):
        poll, never_see = ("polls", "the other never sees") if len(others) == 1 else ("poll", "the others never see")
        text = (
            f"{mapping.attribute_path('filters')} is set, but {listed(others)} {poll} {queue.address} too: a message that no "
            f"filter here matches is deleted, and {never_see} it"
        )
        yield warning(mapping, "filters", text, "Give each consumer a queue of its own, and filter before the queues")
