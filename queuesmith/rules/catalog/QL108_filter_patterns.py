import json
import re

from queuesmith.rules.authoring import (
    BOTH,
    EventSourceMapping,
    MaybeUnknown,
    Pipeline,
    Problems,
    Rule,
    Unknown,
    amount,
    error,
    known,
    limits,
    warning,
)
from queuesmith.rules.secret_values import kind_of_secret

_KEY = re.compile(r"[A-Za-z$][\w-]{0,40}")
_SOME_KEY = "a key"
_ENVELOPE = frozenset(key.lower() for key in limits.ENVELOPE_KEYS)

RULE = Rule(
    "QL108",
    "filters are ones that Lambda takes",
    limit=(
        f"at most {limits.FILTERS} (error) and {limits.DEFAULT_FILTER_QUOTA} without a raised quota (warning); "
        f"{amount(limits.FILTER_LENGTH)} characters of JSON each; top-level key `body` only; values in "
        "arrays"
    ),
    reason="Lambda refuses the others, apart from keys that no SQS message has: then nothing matches and all is deleted.",
    remedy="Put conditions under `body`, and join filters where there are too many.",
    source=limits.EVENT_FILTERS,
    severities=BOTH,
    enforced_where=(
        f"there are more than {limits.FILTERS}, or a pattern is too long, not a JSON object, or has a value outside an array"
    ),
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    filters, key = known(mapping.filters), mapping.attribute_path("filters")
    if len(filters) > limits.FILTERS:
        text = f"{key} has {len(filters)} filters, but at most {limits.FILTERS} are allowed"
        remedy = "Join filters: each key of a pattern takes a list of alternatives"
        yield error(mapping, "filters", text, remedy, enforced_by_aws=True)
    elif len(filters) > limits.DEFAULT_FILTER_QUOTA:
        quota = limits.DEFAULT_FILTER_QUOTA
        text = f"{key} has {len(filters)} filters, more than the quota of {quota} that an account starts with"
        yield warning(mapping, "filters", text, "Join filters, or have the quota raised before you apply")
    for number, pattern in enumerate(filters, start=1):
        yield from _pattern_is_valid(mapping, number, pattern)


def _pattern_is_valid(mapping: EventSourceMapping, number: int, pattern: MaybeUnknown[str]) -> Problems:
    """What is wrong with one pattern. It may hold anything, so nothing of it is said but keys that look like keys."""
    if isinstance(pattern, Unknown):
        yield pattern
        return
    which, most = f"filter number {number} of {mapping.attribute_path('filters')}", limits.FILTER_LENGTH
    if len(pattern) > most:
        text = f"{which} has {amount(len(pattern))} characters, but at most {amount(most)} are allowed"
        yield error(mapping, "filters", text, "Shorten it", enforced_by_aws=True)
    try:
        content = json.loads(pattern)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        yield error(mapping, "filters", f"{which} is not a JSON object", "Write it as JSON", enforced_by_aws=True)
        return
    for key in _keys_without_array(content):
        name = _shown_key(key)
        text = f"{which} has a value of {name} that is not in an array"
        remedy = f"Put it into an array: {'…' if name == _SOME_KEY else name}: [value]"
        yield error(mapping, "filters", text, remedy, enforced_by_aws=True)
    for name, remedy in dict.fromkeys(map(_wrong_key, sorted(_keys(content) - limits.FILTER_KEYS))):
        only = 'an SQS message is filtered by "body" only'
        text = f"{which} has {name} at the top, but {only}: nothing matches, and all messages are deleted unprocessed"
        yield error(mapping, "filters", text, remedy)


def _wrong_key(key: str) -> tuple[str, str]:
    """How a key that is not `body` is called, and what is to be done about it."""
    name = _shown_key(key)
    if key.lower() in _ENVELOPE:
        return name, (
            "Only the body of a message can be filtered: let the producer put the value into the body, or filter at the SNS "
            "subscription or the EventBridge rule before the queue"
        )
    return name, 'Put the condition under "body": {"body": {' + ("…" if name == _SOME_KEY else f"{name}: …") + "}}"


def _shown_key(key: str) -> str:
    """A key as messages call it: by name if it looks like one."""
    return f'"{key}"' if _KEY.fullmatch(key) and kind_of_secret(key) is None else _SOME_KEY


def _keys_without_array(pattern: dict[str, object]) -> list[str]:
    """The keys, however deep, whose value is neither an array of alternatives nor an object of further keys."""
    found: dict[str, None] = {}
    stack: list[dict[str, object]] = [pattern]
    while stack:
        for key, value in stack.pop().items():
            if isinstance(value, dict):
                stack.append(value)
            elif not isinstance(value, list):
                found[key] = None
            elif key == "$or":
                stack.extend(each for each in value if isinstance(each, dict))
    return list(found)


def _keys(pattern: dict[str, object]) -> set[str]:
    """The keys at the top of a pattern. `$or` takes a list of patterns, each with keys of its own."""
    alternatives = pattern.get("$or")
    if not isinstance(alternatives, list):
        return set(pattern)
    inner = (set(each) for each in alternatives if isinstance(each, dict))
    return set(pattern) - {"$or"} | set().union(*inner)
