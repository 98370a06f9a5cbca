"""Parses a message's body into the type that the worker's function accepts, and writes it again for producers."""

from __future__ import annotations

import base64
import binascii
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args

from pydantic import BaseModel, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import from_json

from queuesmith_worker.event import Record
from queuesmith_worker.outcomes import (
    AlreadyDone,
    CircuitOpen,
    InvalidMessageError,
    NonRetryable,
    ParsingError,
    RetryLater,
    ends_the_process,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parser.envelopes import BaseEnvelope

Message = TypeVar("Message")
MAX_NAME_LENGTH = 40
"""Characters: the longest name in an error that is not a field of the message class."""
_OF_SQS_EVENTS = frozenset({"SqsEnvelope", "SnsSqsEnvelope"})
"""Powertools' envelopes that parse a whole SQS event. The others parse the body."""
_ENVELOPE_KEYS = frozenset({
    "Message", "MessageId", "Records", "Timestamp", "TopicArn", "Type", "UnsubscribeURL", "account", "body", "detail",
    "detail-type", "id",    "region", "resources", "source", "time", "version",
})  # fmt: skip
"""Keys of envelopes that errors show."""


class Parser(Generic[Message]):
    """Parses the body of a record.

    Parameters
    ----------
    message
        The type of the message. A pydantic model, or any other type that pydantic supports, is parsed from JSON. `str` is the
        unchanged body. `bytes` is the body decoded from base64.
    envelope
        The Powertools envelope around the message, or None.

    Raises
    ------
    TypeError
        If `envelope` is not an envelope of messages in an SQS queue.

    """

    def __init__(self, message: Any, envelope: type[BaseEnvelope] | None = None) -> None:
        self._message, self._shown_keys = message, frozenset[str]() if envelope is None else _ENVELOPE_KEYS
        self._unwrap: Callable[[Record], Message] | None = None if envelope is None else _unwrap_function(message, envelope)
        self._parse: Callable[[str], Message] = _parse_function(message)

    def parse(self, record: Record) -> Message:
        """Parse the body.

        Raises InvalidMessageError if the body does not validate, and ParsingError if parsing raises anything else, because that
        does not mean that the message is wrong. The toolkit's own exceptions from a validator are passed on, as from the
        worker's function.
        """
        try:
            return self._parse(record["body"]) if self._unwrap is None else self._unwrap(record)
        except ValidationError as error:
            names = _field_names(self._message) | self._shown_keys
            problems = error.errors(include_url=False, include_input=False)
            raise InvalidMessageError("; ".join(_description(problem, names) for problem in problems)) from None
        except (AlreadyDone, CircuitOpen, NonRetryable, RetryLater, MemoryError):
            raise
        except PydanticUserError as error:
            # the error contains nothing from the body
            raise ParsingError(f"the message class {_type_name(self._message)} is not valid: {error.message}") from None
        except BaseException as error:
            if ends_the_process(error):
                raise
            # the error's own text can contain parts of the body
            raise ParsingError(f"parsing raised {type(error).__name__} ({_location(error)})") from None


def _parse_function(message: Any) -> Callable[[str], Any]:
    if message is str:
        return str
    if message is bytes:
        return _decoded
    if isinstance(message, type) and issubclass(message, BaseModel):
        return message.model_validate_json
    return TypeAdapter(message).validate_json


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):  # ValueError: characters that are not ASCII
        raise InvalidMessageError("the body is not base64") from None


def _unwrap_function(message: Any, envelope: type[BaseEnvelope]) -> Callable[[Record], Any]:
    if envelope.__name__ == "SnsEnvelope":
        raise TypeError("SnsEnvelope is for functions that SNS invokes. For SNS messages in an SQS queue, use SnsSqsEnvelope")
    unwrap = envelope().parse
    if envelope.__name__ in _OF_SQS_EVENTS:
        return lambda record: _only(unwrap({"Records": [record]}, message))
    return lambda record: unwrap(_json(record["body"]), message)


def _only(messages: Any) -> Any:
    return messages[0]


def _json(body: str) -> Any:
    try:
        return from_json(body)
    except ValueError as error:
        raise InvalidMessageError(f"Invalid JSON: {error}") from None


def _type_name(message: Any) -> str:
    return getattr(message, "__name__", None) or str(message)


def _description(problem: Any, names: frozenset[str]) -> str:
    """The field's path and the problem. Only names of fields are shown: other keys and tags can be data, and become `*`.

    A key that is not allowed is shown if it looks like a field's name.
    """
    key = problem["loc"][-1:]
    is_shown = problem["type"] == "extra_forbidden" and all(map(_looks_like_a_name, key))
    known = {*names, *key} if is_shown else names
    path = ".".join(str(part) if isinstance(part, int) or part in known else "*" for part in problem["loc"])
    text = problem["msg"]
    if problem["type"] == "union_tag_invalid":
        text = f"{problem['ctx']['discriminator']} must be one of {problem['ctx']['expected_tags']}"
    return f"{path}: {text}" if path else text


def _looks_like_a_name(key: object) -> bool:
    """Whether a key is more likely a field's name than data."""
    return isinstance(key, str) and key.isascii() and key.isidentifier() and len(key) <= MAX_NAME_LENGTH


@cache
def _field_names(message: Any) -> frozenset[str]:
    """The names of the fields of a message class, and of the classes nested in it."""
    names: set[str] = set()
    seen: set[object] = set()
    waiting: list[Any] = [message]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and kind not in seen:
            seen.add(kind)
            annotations = vars(kind).get("__annotations__", {})
            names |= annotations.keys()
            waiting.extend(annotations.values())  # of dataclasses and typed dictionaries
            for name, field in getattr(kind, "model_fields", {}).items():
                names |= {name, *(alias for alias in (field.alias, field.validation_alias) if isinstance(alias, str))}
                waiting.append(field.annotation)
        waiting.extend(get_args(kind))
    return frozenset(names)


def _location(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}, line {last.lineno}"


def body_function(message: Any) -> Callable[[Any], str]:
    """Return the function that writes a message of a type as a body, which `Parser` reads again."""
    if message is str:
        return str
    if message is bytes:
        return lambda value: base64.b64encode(value).decode()
    if isinstance(message, type) and issubclass(message, BaseModel):
        return lambda value: _checked(value, message).model_dump_json(by_alias=True)
    adapter = TypeAdapter(message)
    return lambda value: adapter.dump_json(value, by_alias=True, warnings="error").decode()


def _checked(value: Any, kind: type[BaseModel]) -> BaseModel:
    if not isinstance(value, kind):
        raise TypeError(f"this Producer sends {kind.__name__}, but the message is a {type(value).__name__}")
    return value
