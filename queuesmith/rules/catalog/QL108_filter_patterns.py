import json
import re

from queuesmith.rules.authoring import (
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
    "the filters must be ones that Lambda accepts",
    limit=(
        f"at most {limits.FILTERS} (error), or {limits.DEFAULT_FILTER_QUOTA} without a quota increase (warning); "
        f"{amount(limits.FILTER_LENGTH)} characters of JSON each; only `body` at the top level; "
        "values in arrays"
    ),
    reason=(
        "Lambda rejects other filters. It accepts keys that SQS messages do not have, but then no message matches, and all are "
        "deleted."
    ),
    remedy="Put conditions under `body`, and combine filters if there are too many.",
    documentation=limits.EVENT_FILTERS,
    severity="error or warning",
    enforced_when=(
        f"there are more than {limits.FILTERS}, or a pattern is too long, not a JSON object, or has a value outside an array"
    ),
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    filters, key = known(mapping.filters), mapping.attribute_path("filters")
    if len(filters) > limits.FILTERS:
        text = f"{key} has {len(filters)} filters, but at most {limits.FILTERS} are allowed"
        remedy = "Combine filters: each key of a pattern accepts a list of alternatives"
        yield error(mapping, "filters", text, remedy, enforced_by_aws=True)
    elif len(filters) > limits.DEFAULT_FILTER_QUOTA:
        quota = limits.DEFAULT_FILTER_QUOTA
        text = f"{key} has {len(filters)} filters, more than the default quota of {quota}"
        yield warning(mapping, "filters", text, "Combine filters, or request a quota increase before you apply")
    for number, pattern in enumerate(filters, start=1):
        yield from _check_pattern(mapping, number, pattern)


def _check_pattern(mapping: EventSourceMapping, number: int, pattern: MaybeUnknown[str]) -> Problems:
    """Check one pattern. Messages contain nothing of it except keys, because it can contain secrets."""
    if isinstance(pattern, Unknown):
        yield pattern
        return
    which, most = f"filter {number} of {mapping.attribute_path('filters')}", limits.FILTER_LENGTH
    if len(pattern) > most:
        text = f"{which} has {amount(len(pattern))} characters, but at most {amount(most)} are allowed"
        yield error(mapping, "filters", text, "Shorten the pattern", enforced_by_aws=True)
    try:
        content = json.loads(pattern)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        yield error(mapping, "filters", f"{which} is not a JSON object", "Write it as a JSON object", enforced_by_aws=True)
        return
    for key in _keys_without_array(content):
        name = _shown_key(key)
        text = f"the value of {name} in {which} is not in an array"
        remedy = f"Put it in an array: {'…' if name == _SOME_KEY else name}: [value]"
        yield error(mapping, "filters", text, remedy, enforced_by_aws=True)
    for name, remedy in dict.fromkeys(map(_name_and_fix, sorted(_top_level_keys(content) - limits.FILTER_KEYS))):
        only = 'only "body" of an SQS message can be filtered'
        text = f"{which} has {name} at the top level, but {only}: no message matches, and all are deleted unprocessed"
        yield error(mapping, "filters", text, remedy)


def _name_and_fix(key: str) -> tuple[str, str]:
    """Return the name of a key other than `body` for messages, and the fix."""
    name = _shown_key(key)
    if key.lower() in _ENVELOPE:
        return name, (
            "Only the body of a message can be filtered: let the producer put the value in the body, or filter at the SNS "
            "subscription or the EventBridge rule before the queue"
        )
    return name, 'Put the condition under "body": {"body": {' + ("…" if name == _SOME_KEY else f"{name}: …") + "}}"


def _shown_key(key: str) -> str:
    """Return a key for messages: its name, unless that can be a secret."""
    return f'"{key}"' if _KEY.fullmatch(key) and kind_of_secret(key) is None else _SOME_KEY


def _keys_without_array(pattern: dict[str, object]) -> list[str]:
    """Return the keys at any depth whose value is neither an array of alternatives nor an object with further keys."""
    keys: dict[str, None] = {}
    stack: list[dict[str, object]] = [pattern]
    while stack:
        for key, value in stack.pop().items():
            if isinstance(value, dict):
                stack.append(value)
            elif not isinstance(value, list):
                keys[key] = None
            elif key == "$or":
                stack.extend(each for each in value if isinstance(each, dict))
    return list(keys)


def _top_level_keys(pattern: dict[str, object]) -> set[str]:
    """Return the top-level keys of a pattern. `$or` has a list of patterns, each with its own keys."""
    alternatives = pattern.get("$or")
    if not isinstance(alternatives, list):
        return set(pattern)
    inner = (set(each) for each in alternatives if isinstance(each, dict))
    return set(pattern) - {"$or"} | set().union(*inner)
