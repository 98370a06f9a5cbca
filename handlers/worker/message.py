"""From a message's body to what the worker's function takes."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from handlers.worker.outcomes import InvalidMessageError

Message = TypeVar("Message", bound=BaseModel)


def parse(message: type[Message], body: str) -> Message:
    """The message that a body holds as JSON. Raises InvalidMessageError."""
    try:
        return message.model_validate_json(body)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        said = [": ".join(filter(None, (".".join(map(str, item["loc"])), item["msg"]))) for item in problems]
        raise InvalidMessageError("; ".join(said)) from None
