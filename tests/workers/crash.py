"""The sample's handler, in a process that crashes once between the write and the answer."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.orders import main as sample

_add = sample.table.add


def _add_and_die(order: Any) -> bool:
    done = _add(order)
    if not os.path.exists(os.environ["DIED"]):
        with open(os.environ["DIED"], "w"):
            os._exit(1)
    return done


sample.table.add = _add_and_die  # type: ignore[method-assign]


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The function's entry point."""
    return sample.lambda_handler(event, context)
