"""Ships the orders that EventBridge announces."""

from aws_lambda_powertools.utilities.parser.envelopes import EventBridgeEnvelope
from pydantic import BaseModel

from queuesmith_worker import HandlerSettings, Worker, note


class Order(BaseModel):
    order_id: str


def ship(order: Order) -> None:
    note(order_id=order.order_id)  # replace this with your code


lambda_handler = Worker(Order, ship, HandlerSettings.from_environment(), envelope=EventBridgeEnvelope)
