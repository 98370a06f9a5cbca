"""The message of the worker `payments`. Its producers import it, too."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field


class Payment(BaseModel):
    payment_id: Annotated[str, Field(min_length=1)]
    account: Annotated[str, Field(min_length=1)]
    amount: Annotated[Decimal, Field(gt=0, decimal_places=2)]
