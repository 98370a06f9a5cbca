"""From a message's body to what the worker's function takes."""

from __future__ import annotations

import traceback
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, PydanticUserError, ValidationError

from queuesmith_worker.outcomes import AlreadyDone, InvalidMessageError, NonRetryable, ParsingError, ends_the_process

Message = TypeVar("Message", bound=BaseModel)
LONGEST_NAME = 40
"""Characters of a name that is repeated although it is none of the message's."""


def parse(message: type[Message], body: str) -> Message:
    """The message that a body holds as JSON.

    Raises InvalidMessageError if it does not validate. What else is raised says nothing about the message: ParsingError.
    A validator can raise AlreadyDone or NonRetryable, as the worker's function can.
    """
    try:
        return message.model_validate_json(body)
    except ValidationError as error:
        names = _names(message)
        problems = error.errors(include_url=False, include_input=False)
        raise InvalidMessageError("; ".join(_said(problem, names) for problem in problems)) from None
    except (AlreadyDone, NonRetryable, MemoryError):
        raise
    except PydanticUserError as error:
        raise ParsingError(f"{message.__name__} cannot be used: {error.message}") from None  # about the class alone
    except BaseException as error:
        if ends_the_process(error):
            raise
        raise ParsingError(f"parsing raised {type(error).__name__} ({_place(error)})") from None  # its text can hold the body's


def _said(problem: Any, names: frozenset[str]) -> str:
    """Where and why, in the names of fields: a key or a tag that is none of them is somebody's data. A field that is not
    allowed is named where it reads like a field's name.
    """
    key = problem["loc"][-1:]
    named = problem["type"] == "extra_forbidden" and all(map(_reads_like_a_name, key))
    known = {*names, *key} if named else names
    path = ".".join(str(part) if isinstance(part, int) or part in known else "*" for part in problem["loc"])
    text = problem["msg"]
    if problem["type"] == "union_tag_invalid":
        text = f"{problem['ctx']['discriminator']} is none of {problem['ctx']['expected_tags']}"
    return f"{path}: {text}" if path else text


def _reads_like_a_name(key: object) -> bool:
    """Whether a key is rather a field's name than somebody's data."""
    return isinstance(key, str) and key.isascii() and key.isidentifier() and len(key) <= LONGEST_NAME


@cache
def _names(message: type[BaseModel]) -> frozenset[str]:
    """Of its fields, and of those of whatever is in it."""
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


def _place(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}, line {last.lineno}"
