from queuesmith.common.json_values import parse_json
from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, error, join_words, known, limits

_ENVELOPE = frozenset(
    {
        "Message", "MessageAttributes", "MessageId", "SequenceNumber", "Signature", "SignatureVersion", "SigningCertURL",
        "Subject", "Timestamp", "TopicArn", "Type", "UnsubscribeURL",
    }
)  # fmt: skip
"""The keys of the JSON that SNS sends without raw message delivery. The message itself is a text under `Message`."""

RULE = Rule(
    "QL116",
    "filters must match what SNS delivers",
    limit=(
        "a topic that sends to a queue with filters uses raw message delivery, or a filter matches SNS's own JSON: keys such "
        "as Message and TopicArn under body"
    ),
    reason=(
        "Without raw message delivery, the body is SNS's JSON, which contains the message as a string. A filter on the "
        "message's own keys matches nothing, and Lambda deletes every message from the topic."
    ),
    remedy="Enable raw message delivery in the subscription.",
    documentation=limits.RAW_DELIVERY,
)


def check(pipeline: Pipeline) -> Problems:
    mapping, queue = pipeline.mapping, pipeline.queue
    filters = known(mapping.filters)
    if not filters:
        return
    yield from (each.has_envelope for each in queue.senders if isinstance(each.has_envelope, Unknown))
    in_envelope = [each.address for each in queue.senders if each.has_envelope is True]
    if not in_envelope or any(_can_match(known(pattern)) for pattern in filters):
        return
    key, subscriptions = mapping.attribute_path("filters"), join_words(in_envelope)
    text = (
        f"{key} filters on keys of the message, but without raw message delivery {subscriptions} sends it as a text in SNS's "
        "JSON: no message from SNS matches, and all are deleted unprocessed"
    )
    yield error(mapping, "filters", text, f"Enable raw message delivery in {subscriptions}")


def _can_match(pattern: str) -> bool:
    """Whether a pattern can match a message in SNS's JSON. QL108 reports patterns that Lambda rejects."""
    rule = parse_json(pattern)
    body = rule.get("body") if isinstance(rule, dict) else None
    if not isinstance(body, dict):
        return True
    return all(key in _ENVELOPE or key.startswith("$") or _accepts_absence(condition) for key, condition in body.items())


def _accepts_absence(condition: object) -> bool:
    """Whether a condition can match although its key is absent: only `exists: false` can."""
    if isinstance(condition, dict):
        return all(map(_accepts_absence, condition.values()))
    return isinstance(condition, list) and any(isinstance(each, dict) and each.get("exists") is False for each in condition)
