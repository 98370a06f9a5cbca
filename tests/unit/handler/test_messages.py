"""Messages that do not validate: what is said of them, and what is not."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from handlers.worker.message import parse
from handlers.worker.outcomes import InvalidMessageError


class Card(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["card"]
    numbers: dict[str, int] = {}


class Cash(BaseModel):
    kind: Literal["cash"]


class Payment(BaseModel):
    way: Annotated[Card | Cash, Field(discriminator="kind")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"way": {"kind": "4111-1111"}}', "way: 'kind' is none of 'card', 'cash'"),
        ('{"way": {"kind": "card", "numbers": {"bob@example.com": "x"}}}', "way.*.numbers.*: Input should be a valid integer"),
        ('{"way": {"kind": "card", "cvc": "123"}}', "way.*.cvc: Extra inputs are not permitted"),
        ('{"way": {"kind": "card", "4111-1111": "123"}}', "way.*.*: Extra inputs are not permitted"),
    ],
)
def test_where_a_message_is_wrong_fields_are_named_and_nothing_that_it_says(text: str, said: str) -> None:
    with pytest.raises(InvalidMessageError) as error:
        parse(Payment, text)
    assert str(error.value).split(",  unable")[0].startswith(said)
    assert not any(each in str(error.value) for each in ("4111", "bob", '"x"', '"123"'))


def test_a_validator_that_raises_anything_refuses_the_message_too() -> None:
    class Summed(BaseModel):
        lines: list[dict[str, int]]

        @model_validator(mode="after")
        def _sum(self) -> Summed:
            sum(line["price"] for line in self.lines)
            return self

    with pytest.raises(InvalidMessageError, match=r"its validation raised KeyError \(test_messages.py, line \d+\)"):
        parse(Summed, '{"lines": [{}]}')
