"""Handlers with one typical mistake each. With the fault that it mishandles, each must be detected."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.orders import main as sample
from handlers.orders.order import Order
from queuesmith_worker import AlreadyDone, NonRetryable, Worker
from queuesmith_worker.message import Parser

Event = dict[str, Any]
NOTHING_FAILED: Event = {"batchItemFailures": []}


def swallows(event: Event, context: LambdaContext) -> Event:
    """Reports success, whatever happened."""
    try:
        from . import main

        main.lambda_handler(event, context)
    except Exception:
        print("ignored")
    return NOTHING_FAILED


def drops(event: Event, context: LambdaContext) -> Event:
    """Ignores messages that it cannot read."""
    from . import main

    for record in event["Records"]:
        with suppress(AlreadyDone, NonRetryable):
            main.handle(Parser[Order](Order).parse(record))
    return NOTHING_FAILED


def drags_along(event: Event, context: LambdaContext) -> Event:
    """Fails the whole batch at the first message that fails."""
    from . import main

    for record in event["Records"]:
        with suppress(AlreadyDone):
            main.handle(Order.model_validate_json(record["body"]))
    return NOTHING_FAILED


def overtakes(event: Event, context: LambdaContext) -> Event:
    """Treats a FIFO queue like a standard one: it continues with a group whose message has failed."""
    from . import main

    records = [{**record, "eventSourceARN": record["eventSourceARN"].removesuffix(".fifo")} for record in event["Records"]]
    return main.lambda_handler({"Records": records}, context)


def confuses(event: Event, context: LambdaContext) -> Event:
    """First names a message of another batch. AWS cannot read that response, and fails the whole batch."""
    from . import main

    main.lambda_handler(event, context)
    first = any(record["attributes"]["ApproximateReceiveCount"] == "1" for record in event["Records"])
    return {"batchItemFailures": [{"itemIdentifier": "of another batch"}]} if first else NOTHING_FAILED


def gives_up(event: Event, context: LambdaContext) -> Event:
    """Treats every second attempt as one too many: a message that failed once is deleted."""
    records = [record for record in event["Records"] if record["attributes"]["ApproximateReceiveCount"] == "1"]
    if not records:
        return NOTHING_FAILED
    from . import main

    return main.lambda_handler({"Records": records}, context)


def _write_again(order: Order) -> None:
    sample.table._client.put_item(TableName=sample.settings.orders_table, Item=order.as_item())


def _believe_conflicts(order: Order) -> None:
    try:
        sample.handle_order(order)
    except AlreadyDone as done:
        raise RuntimeError("the order exists, so something must be wrong") from done


_newest = ""


def _expect_order(order: Order) -> None:
    global _newest  # noqa: PLW0603 - the mistake itself: a process sees only a part of the messages
    if order.order_id < _newest:
        raise RuntimeError("a newer order was processed before")
    _newest = order.order_id
    sample.handle_order(order)


def _with(work: Any, event: Event, context: LambdaContext) -> Event:
    from . import main

    return Worker(Order, lambda order: main.handle(order, work), sample.settings)(event, context)


def writes_again(event: Event, context: LambdaContext) -> Event:
    """Writes without checking for an earlier write."""
    return _with(_write_again, event, context)


def never_pauses(event: Event, context: LambdaContext) -> Event:
    """Tries each message, although its table is down."""
    from . import main

    return main.lambda_handler(event, context)


def believes_conflicts(event: Event, context: LambdaContext) -> Event:
    """Treats its own earlier write as a failure."""
    return _with(_believe_conflicts, event, context)


def expects_order(event: Event, context: LambdaContext) -> Event:
    """Relies on an order that a standard queue does not guarantee."""
    return _with(_expect_order, event, context)
