"""Parses a message's body into the class that the worker's function accepts."""

from __future__ import annotations

import traceback
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, PydanticUserError, ValidationError

from queuesmith_worker.outcomes import AlreadyDone, InvalidMessageError, NonRetryable, ParsingError, ends_the_process

Message = TypeVar("Message", bound=BaseModel)
MAX_NAME_LENGTH = 40
"""Characters: the longest name in an error that is not a field of the message class."""


def parse(message: type[Message], body: str) -> Message:
    """Parse a JSON body.

    Raises InvalidMessageError if the body does not validate, and ParsingError if parsing raises anything else, because that
    does not mean that the message is wrong. AlreadyDone and NonRetryable from a validator are passed on, as from the
    worker's function.
    """
    try:
        return message.model_validate_json(body)
    except ValidationError as error:
        names = _field_names(message)
        problems = error.errors(include_url=False, include_input=False)
        raise InvalidMessageError("; ".join(_description(problem, names) for problem in problems)) from None
    except (AlreadyDone, NonRetryable, MemoryError):
        raise
    except PydanticUserError as error:
        text = f"the message class {message.__name__} is not valid: {error.message}"  # it contains nothing from the body
        raise ParsingError(text) from None
    except BaseException as error:
        if ends_the_process(error):
            raise
        # the error's own text can contain parts of the body
        raise ParsingError(f"parsing raised {type(error).__name__} ({_location(error)})") from None


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
def _field_names(message: type[BaseModel]) -> frozenset[str]:
    """The names of the fields of a message class, and of the classes nested in it."""
    names: set[str] = set()
    seen: set[object] = set()
    waiting: list[Any] = [message]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and kind not in seen:
            seen.add(kind)
            names |= vars(kind).get("__annotations__", {}).keys()
            for name, field in getattr(kind, "model_fields", {}).items():
                names |= {name, *(alias for alias in (field.alias, field.validation_alias) if isinstance(alias, str))}
                waiting.append(field.annotation)
        waiting.extend(get_args(kind))
    return frozenset(names)


def _location(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}, line {last.lineno}"
