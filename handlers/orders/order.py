"""The sample's order message, and its conversion to a DynamoDB item. This module makes no AWS calls."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class OrderLine(BaseModel):
    """One product of an order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: Identifier
    quantity: Annotated[int, Field(ge=1, le=10_000)]
    price: Money
    """The price of one piece."""


class Order(BaseModel):
    """An order message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_id: Identifier
    customer_id: Identifier
    lines: Annotated[tuple[OrderLine, ...], Field(min_length=1)]
    total: Money
    """The sum of quantity × price over the lines."""

    @model_validator(mode="after")
    def _total_is_the_sum(self) -> Self:
        expected = sum((line.quantity * line.price for line in self.lines), Decimal(0))
        if self.total != expected:
            raise ValueError("total is not the sum of quantity × price over the lines")
        return self

    @property
    def digest(self) -> str:
        """A hash of the content. Two messages have the same digest if and only if they contain the same order."""
        amounts = [(line.sku, line.quantity, str(line.price.normalize())) for line in self.lines]
        content = repr((self.order_id, self.customer_id, amounts, str(self.total.normalize())))
        return hashlib.sha256(content.encode()).hexdigest()

    def as_item(self) -> dict[str, Any]:
        """The order as a DynamoDB item."""
        lines = [
            {"M": {"sku": {"S": line.sku}, "quantity": {"N": str(line.quantity)}, "price": {"N": str(line.price)}}}
            for line in self.lines
        ]
        return {
            "order_id": {"S": self.order_id},
            "customer_id": {"S": self.customer_id},
            "lines": {"L": lines},
            "total": {"N": str(self.total)},
            "digest": {"S": self.digest},
        }
