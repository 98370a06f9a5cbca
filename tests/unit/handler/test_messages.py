"""Messages that fail validation: what the error contains, and what it must not contain."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from queuesmith_worker import AlreadyDone, HandlerSettings, NonRetryable
from queuesmith_worker.message import Parser
from queuesmith_worker.outcomes import InvalidMessageError, ParsingError
from queuesmith_worker.testing import DLQ_URL
from tests.unit.handler.world import Run, record


def parse(message: Any, text: str) -> Any:
    return Parser[Any](message).parse({"body": text})


class Card(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["card"]
    numbers: dict[str, int] = {}


class Cash(BaseModel):
    kind: Literal["cash"]


class Payment(BaseModel):
    way: Annotated[Card | Cash, Field(discriminator="kind")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"way": {"kind": "4111-1111"}}', "way: 'kind' must be one of 'card', 'cash'"),
        ('{"way": {"kind": "card", "numbers": {"bob@example.com": "x"}}}', "way.*.numbers.*: Input should be a valid integer"),
        ('{"way": {"kind": "card", "cvc": "123"}}', "way.*.cvc: Extra inputs are not permitted"),
        ('{"way": {"kind": "card", "4111-1111": "123"}}', "way.*.*: Extra inputs are not permitted"),
    ],
)
def test_invalid_message_error_names_fields_and_shows_no_values(text: str, expected: str) -> None:
    with pytest.raises(InvalidMessageError) as error:
        parse(Payment, text)
    assert str(error.value).split(",  unable")[0].startswith(expected)
    assert not any(each in str(error.value) for each in ("4111", "bob", '"x"', '"123"'))


def test_unexpected_error_in_a_validator_does_not_reject_the_message() -> None:
    class Summed(BaseModel):
        lines: list[dict[str, int]]

        @model_validator(mode="after")
        def _sum(self) -> Summed:
            sum(line["price"] for line in self.lines)
            return self

    with pytest.raises(ParsingError, match=r"^parsing raised KeyError \(test_messages.py, line \d+\)$"):
        parse(Summed, '{"lines": [{}]}')


def raising(error: BaseException) -> type[BaseModel]:
    class Checked(BaseModel):
        card: str

        @model_validator(mode="after")
        def _check(self) -> Checked:
            raise error

    return Checked


class Undefined(BaseModel):
    card: NotThere  # type: ignore[name-defined] # noqa: F821 - undefined on purpose


MISTAKES: dict[str, type[BaseModel]] = {
    "a class that is not defined": Undefined,
    "a lookup that fails": raising(LookupError("no customer has 4111-1111")),
    "a service that is away": raising(OSError("4111-1111 is away")),
    "a task that was cancelled": raising(asyncio.CancelledError("4111-1111")),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_broken_message_class_sends_nothing_to_the_dlq_and_logs_no_values(name: str) -> None:
    run = Run(
        lambda _: None, HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL}), message=MISTAKES[name]
    )
    assert run(record("m", '{"card": "4111-1111"}')) == ["m"]
    assert run.sqs.requests == []
    (line,) = run.lines()
    assert line["message"] == "message failed"
    assert line["reason"].startswith("ParsingError: ")
    assert "4111" not in run.log.getvalue()


def test_undefined_message_class_is_named_with_what_is_missing() -> None:
    with pytest.raises(ParsingError, match=r"^the message class Undefined is not valid: .* you should define `NotThere`"):
        parse(Undefined, "{}")


@pytest.mark.parametrize("end", [AlreadyDone("it is in the table"), NonRetryable("the account is closed")])
def test_validator_can_raise_non_retryable_and_already_done(end: Exception) -> None:
    with pytest.raises(type(end), match=str(end)):
        parse(raising(end), '{"card": "4111-1111"}')


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), MemoryError()])
def test_errors_outside_the_message_class_are_raised_unchanged(error: BaseException) -> None:
    with pytest.raises(type(error)):
        parse(raising(error), '{"card": "4111-1111"}')
