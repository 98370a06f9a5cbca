"""Selects messages: by JMESPath on their body or on the whole message, by reason, by id, and by number.

For JMESPath, a whole message is this object:

    {"body": {"customer_id": "c-1"}, "attributes": {"kind": "a"}, "reason": "NonRetryable: order <id> is closed",
     "exception": "NonRetryable", "group": null, "receive_count": 5, "message_id": "…", "sent": "2026-11-29T20:15:00+00:00",
     "source_arn": null}

`body` is parsed if it is JSON. The values of `attributes` are texts. `reason` is masked: see `masking.py`. The function `mask`
masks another text: `mask(attributes.ERROR_MESSAGE)`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath import functions
from jmespath.exceptions import JMESPathError

from queuesmith.common.errors import UsageError
from queuesmith.operations.masking import mask
from queuesmith.operations.messages import Message, MessagePredicate, attribute_as_json

SEARCH_ERRORS = (ValueError, TypeError, ArithmeticError, RecursionError, JMESPathError)
"""What an expression can raise on a message that it does not fit."""
_EXCEPTION = re.compile(r"([A-Za-z_][\w.]*): ")
"""The start of a reason that `queuesmith_worker` writes."""
_SIMPLE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
"""An expression that needs no parentheses in front of ==."""


@dataclass(frozen=True)
class MessageFilter:
    """Selects messages. Without arguments it selects all."""

    match: MessagePredicate | None = None
    message_ids: Collection[str] = ()
    limit: int | None = None

    @property
    def is_everything(self) -> bool:
        """Whether all messages are selected."""
        return self.match is None and not self.message_ids and self.limit is None

    @property
    def scan_limit(self) -> int | None:
        """The number of messages after which a scan can end; None if that depends on the messages."""
        return self.limit if self.match is None and not self.message_ids else None

    def selects(self, message: Message) -> bool:
        """Whether a message is selected. The limit is not considered."""
        if self.message_ids and message.message_id not in self.message_ids:
            return False
        return self.match is None or self.match(message)

    def is_complete(self, selected: int) -> bool:
        """Whether the limit is reached when this number of messages is selected."""
        limits = [each for each in (self.limit, len(self.message_ids) or None) if each is not None]
        return bool(limits) and selected >= min(limits)


class _Functions(functions.Functions):  # type: ignore[misc]
    @functions.signature({"types": ["string"]})  # type: ignore[untyped-decorator]
    def _func_mask(self, text: str) -> str:
        return mask(text)


_OPTIONS = jmespath.Options(custom_functions=_Functions())


def compile_expression(expression: str, option: str, example: str) -> Callable[[Any], Any]:
    """Compile a JMESPath expression. The function that is returned can raise SEARCH_ERRORS.

    Raises UsageError, which names the option and gives the example, if the expression is invalid.
    """
    try:
        compiled = jmespath.compile(expression)
    except JMESPathError as error:
        problem = " ".join(str(error).split())
        raise UsageError(f"{option} is not a JMESPath expression: {problem}. Example: {option} {example}") from error
    return lambda document: compiled.search(document, options=_OPTIONS)


def matcher(expression: str) -> MessagePredicate:
    """Return a function that tells whether a JMESPath expression matches a message's JSON body.

    A body that is not JSON, or on which the expression fails, does not match. Raises UsageError if the expression is invalid.
    """
    search = compile_expression(expression, "--match", "\"customer_id == 'c-1'\"")
    return lambda message: _is_true(search, lambda: json.loads(message.body))


def where_matcher(expression: str) -> MessagePredicate:
    """Return a function that tells whether a JMESPath expression matches a whole message.

    A message on which the expression fails does not match. Raises UsageError if the expression is invalid.
    """
    search = compile_expression(expression, "--where", "\"attributes.kind == 'a'\"")
    return lambda message: _is_true(search, lambda: as_document(message))


def reason_matcher(reason: str) -> MessagePredicate:
    """Return a function that tells whether a message's reason equals this one, after both are masked.

    An empty reason selects messages without a reason.
    """
    masked = mask(reason)
    return lambda message: mask(message.reason) == masked


def all_of(*predicates: MessagePredicate | None) -> MessagePredicate | None:
    """Return a function that tells whether all predicates match a message, or None if there are no predicates."""
    given = [each for each in predicates if each is not None]
    return (lambda message: all(matches(message) for matches in given)) if given else None


def as_document(message: Message) -> dict[str, Any]:
    """The object that stands for a message in JMESPath expressions."""
    try:
        body = json.loads(message.body)
    except (ValueError, RecursionError):
        body = message.body
    attributes = {name: attribute_as_json(value) for name, value in message.attributes.items()}
    exception = _EXCEPTION.match(message.reason)
    return {
        "body": body,
        "attributes": {name: each.get("StringValue", each.get("BinaryValue")) for name, each in attributes.items()},
        "reason": mask(message.reason),
        "exception": exception[1] if exception else None,
        "group": message.group,
        "receive_count": message.receive_count,
        "message_id": message.message_id,
        "sent": message.sent,
        "source_arn": message.source_arn,
    }


def equality(expression: str, value: Any) -> str:
    """The JMESPath expression that tells whether another expression has this value."""
    left = expression if _SIMPLE.fullmatch(expression) else f"({expression})"
    if isinstance(value, str) and value.isprintable() and not set(value) & {"'", "\\"}:
        return f"{left} == '{value}'"
    return f"{left} == `{json.dumps(value).replace('`', chr(92) + 'u0060')}`"


def _is_true(search: Callable[[Any], Any], document: Callable[[], Any]) -> bool:
    try:
        value = search(document())
    except SEARCH_ERRORS:
        return False
    return value is not None and value is not False and value not in ("", [], {})  # JMESPath's truth: 0 is true
