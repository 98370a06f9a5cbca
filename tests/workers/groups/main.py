"""Records what it processed, in order, in a file that the test reads."""

from __future__ import annotations

import os
from typing import Any, Literal

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from queuesmith_worker import HandlerSettings, Worker


class Job(BaseModel):
    """A message."""

    id: str
    kind: Literal["good", "fails"] = "good"


class JobSettings(HandlerSettings):
    """The function's environment variables."""

    ledger: str


settings = JobSettings.from_environment()


def handle_job(job: Job) -> None:
    """Process a message."""
    if job.kind == "fails":
        raise RuntimeError("away")
    ledger = os.open(settings.ledger, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(ledger, f"{job.id}\n".encode())
    os.close(ledger)


worker = Worker(Job, handle_job, settings)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The function's entry point."""
    return worker(event, context)
