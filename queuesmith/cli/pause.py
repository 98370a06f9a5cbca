"""`queuesmith pause` and `queuesmith resume`: disable and enable a worker's event source mapping."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from queuesmith import aws, operations
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import AwsError
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown

_DEFAULT_TIMEOUT = 180.0
"""The value of queuesmith.operations.pausing.TIMEOUT, which is not imported because that module loads boto3."""
_Timeout = Annotated[float, typer.Option(min=1, metavar="SECONDS", help="Seconds to wait for the change.")]


@on_worker
def pause(target: Target, output: Output, *, timeout: _Timeout = _DEFAULT_TIMEOUT) -> None:
    """Pause a worker: disable its event source mapping, and wait until it is disabled. Messages stay in the queue.

    Example: queuesmith pause dev orders
    """
    worker = target.worker()
    result = _switch(worker, output, enabled=False, timeout=timeout)
    others = [each for each in worker.mappings if each["UUID"] != worker.mapping["UUID"] and each["State"] == "Enabled"]
    if result.in_flight:
        are = "is" if result.in_flight == 1 else "are"
        output.say(f"{counted(result.in_flight, 'message')} {are} still in flight. The function finishes its current batches.")
    for each in others:
        output.say(f"{each['FunctionArn']} also processes messages of {worker.queue.name}, and is not paused.")
    if worker.names.environment:
        output.say(f"The next apply enables the mapping again, unless {worker.setting('source.enabled')} is false.")
    else:
        output.say("The tool that manages the mapping, for example Terraform, can enable it again.")
    output.say(f"Next: {target.command_line('resume')}")


@on_worker
def resume(target: Target, output: Output, *, timeout: _Timeout = _DEFAULT_TIMEOUT) -> None:
    """Resume a worker: enable its event source mapping, and wait until it is enabled.

    Example: queuesmith resume dev orders
    """
    worker = target.worker()
    _switch(worker, output, enabled=True, timeout=timeout)
    if worker.names.environment:
        output.say(f"The next apply disables the mapping again if {worker.setting('source.enabled')} is false.")
    output.say(f"Next: {target.command_line('status', '--watch')}")


def _switch(worker: aws.DeployedWorker, output: Output, *, enabled: bool, timeout: float) -> operations.SwitchResult:
    mapping = worker.mapping["UUID"]
    output.say(f"Waiting until the mapping {mapping} of {worker.queue.name} is {'enabled' if enabled else 'disabled'} …")
    with graceful_shutdown() as stop:
        try:
            result = operations.switch_worker(worker, enabled=enabled, timeout=timeout, stop=stop)
        except AwsError as error:
            if not stop.is_set():
                raise
            output.say(str(error))
            raise typer.Exit(INTERRUPTED) from error
    output.document(asdict(result))
    already = "" if result.changed else "already "
    waiting = counted(result.visible + result.delayed, "message")
    output.line(f"{result.queue}: mapping {already}{result.state.lower()}, {waiting} waiting")
    return result
