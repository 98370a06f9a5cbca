"""Handlers whose code is part of a test, and the results of their batches."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queuesmith.operations.invocation.handler_run import InvocationResult, run_handler
from queuesmith.operations.invocation.local_function import LocalFunction
from queuesmith.operations.messages import Message

ARN = "arn:aws:sqs:eu-west-1:111111111111:orders"
QUEUES = ("WORKER_DEAD_LETTER_QUEUE_URL", "WORKER_QUEUE_URL")
"""`queuesmith_worker` finds its queues with these variables."""
FAILS_SOME = """
    def lambda_handler(event, context):
        failed = [record for record in event["Records"] if "fail" in record["body"]]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}
"""


class Handler:
    """Runs code as a handler and stores its output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: list[str] = []

    def write(self, code: str, name: str = "main.py") -> None:
        """Write a module into the handler's folder."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / name).write_text(textwrap.dedent(code))

    def run(
        self, code: str, /, *given: Message | str, shell: Mapping[str, str] = os.environ, **changes: Any
    ) -> list[InvocationResult]:
        """Run the code. Returns every batch. Default: a batch with one message."""
        self.write(code)
        messages = [Message(each) if isinstance(each, str) else each for each in given or ("good",)]
        function = LocalFunction(**{"code": self.folder, "queue_arn": ARN, **changes})
        return run_handler(function, messages, shell=shell, on_output=self.written.append)

    def run_one(self, *given: Any, **more: Any) -> InvocationResult:
        """Run the code. Returns the only batch."""
        (batch,) = self.run(*given, **more)
        return batch

    def value(self, expression: str, *given: Any, **more: Any) -> Any:
        """The value of an expression, evaluated in the handler."""
        code = f"import os, sys\ndef lambda_handler(event, context):\n    return {{'value': {expression}}}\n"
        batch = self.run_one(code, *given, **more)
        assert batch.failure is None, batch.failure
        return batch.response["value"]


def outcomes(*batches: InvocationResult) -> list[str]:
    """The outcome of each message."""
    return [message.outcome for batch in batches for message in batch.messages]
