"""Events and a context for the measurements."""

from __future__ import annotations

import json
from typing import Any


class Context:
    """The context that Lambda passes to a handler with the event."""

    function_name = "bench-orders"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:bench-orders"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """A time that no measurement reaches."""
        return 900_000


def event(count: int) -> dict[str, Any]:
    """An event with `count` orders in one batch."""
    line = {"sku": "sku-1", "quantity": 2, "price": "10.50"}
    return {
        "Records": [
            {
                "messageId": f"00000000-0000-0000-0000-{number:012}",
                "receiptHandle": "handle",
                "body": json.dumps(
                    {"order_id": f"order-{number}", "customer_id": "customer-1", "lines": [line], "total": "21.00"}
                ),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795534323760"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:orders",
            }
            for number in range(count)
        ]
    }
