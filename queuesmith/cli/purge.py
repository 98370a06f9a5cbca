"""`queuesmith purge` and `queuesmith dlq purge`: empty a queue after the user has confirmed its name."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from queuesmith import aws, operations
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.printing import counted
from queuesmith.common.signals import graceful_shutdown

_Yes = Annotated[str | None, typer.Option("--yes", metavar="NAME", help="The queue's name, to confirm without the prompt.")]
_YesDlq = Annotated[str | None, typer.Option("--yes", metavar="NAME", help="The DLQ's name, to confirm without the prompt.")]


@on_worker
def purge(target: Target, output: Output, *, yes: _Yes = None) -> None:
    """Delete all messages of a worker's queue, including messages in flight. Confirm with the queue's name.

    Example: queuesmith purge dev orders --yes dev-orders
    """
    worker = target.worker()
    _purge(worker.sqs, worker.queue, yes, target, output)


@on_worker
def purge_dlq(target: Target, output: Output, *, yes: _YesDlq = None) -> None:
    """Delete all messages of the DLQ, including messages in flight. Confirm with the DLQ's name.

    Example: queuesmith dlq purge dev orders --yes dev-orders-dlq
    """
    worker = target.worker()
    _purge(worker.sqs, worker.dead_letter_queue, yes, target, output)


def _purge(sqs: Any, queue: aws.DeployedQueue, yes: str | None, target: Target, output: Output) -> None:
    if yes is None:
        yes = _read_confirmation(sqs, queue, output)
    if yes != queue.name:
        raise QueuesmithError(f'The confirmation is "{yes}", but the queue is {queue.name}. Nothing was deleted')
    with graceful_shutdown():  # SQS cannot stop a purge, so the result is always printed
        purged = operations.purge_queue(sqs, queue)
        output.document(asdict(purged))
        messages = counted(purged.deleted, "message")
        output.line(f"{queue.name}: deleting about {messages} (takes up to {operations.PURGE_DURATION} s)")
        output.say(f"Next: {target.command_line('dlq peek' if target.is_only_a_dlq else 'status')}")


def _read_confirmation(sqs: Any, queue: aws.DeployedQueue, output: Output) -> str:
    """Read the confirmation. Raises UsageError if standard input is not a terminal."""
    contents = f"{queue.name} contains about {counted(aws.read_depth(sqs, queue).total, 'message')}"
    if not sys.stdin.isatty():
        raise UsageError(f"{contents}. Without a terminal, confirm with --yes {queue.name}")
    output.say(f"{contents}. Deleted messages cannot be restored.")
    print("Type the queue's name to confirm: ", end="", file=sys.stderr, flush=True)  # noqa: T201 - a prompt
    return sys.stdin.readline().strip()
