"""A parsed line from CloudWatch Logs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from queuesmith.operations.log_reading import LogEvent, parse_event

NOW = 1_795_638_977_288
SINCE = datetime.fromtimestamp(NOW / 1000, UTC)
REQUEST = "6bc28136-xmpl-4365-b021-0ce6b2e64ab0"


def of(message: str | dict[str, Any]) -> LogEvent:
    text = message if isinstance(message, str) else json.dumps(message)
    return parse_event({"timestamp": NOW, "message": text, "logStreamName": "s"})
