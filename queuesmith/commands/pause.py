"""`queuesmith pause` and `queuesmith resume`: a worker's event source mapping off and on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith.commands.output import Output, messages
from queuesmith.commands.stopping import stopped_in_order
from queuesmith.commands.target import Target, on_worker

if TYPE_CHECKING:
    from queuesmith.aws.worker import Worker

_Timeout = Annotated[float, typer.Option(min=1, metavar="SECONDS", help="How long to wait until it is so.")]


@on_worker
def pause(target: Target, output: Output, *, timeout: _Timeout = 180.0) -> None:
    """Stop working off a worker's queue: disable its mapping, and wait until it is so. Messages stay in the queue.

    Example: queuesmith pause dev orders
    """
    worker = target.one()
    changed = _switch(worker, output, enabled=False, timeout=timeout)
    held = _say_state(worker, output, "Disabled", changed=changed)
    others = [each for each in worker.mappings if each["UUID"] != worker.mapping["UUID"] and each["State"] == "Enabled"]
    if held["in_flight"]:
        output.say(f"{messages(held['in_flight'])} in flight still: the function finishes its batches.")
    for each in others:
        output.say(f"{each['FunctionArn']} reads {worker.queue.name} too, and goes on.")
    output.say(f"The next apply enables it again, unless {worker.setting('source.enabled')} is false.")
    output.say(f"Next: {target.again('resume')}")


@on_worker
def resume(target: Target, output: Output, *, timeout: _Timeout = 180.0) -> None:
    """Work off a worker's queue again: enable its mapping, and wait until it is so.

    Example: queuesmith resume dev orders
    """
    worker = target.one()
    changed = _switch(worker, output, enabled=True, timeout=timeout)
    _say_state(worker, output, "Enabled", changed=changed)
    output.say(f"The next apply disables it again, if {worker.setting('source.enabled')} is false.")
    output.say(f"Next: {target.again('status', '--watch')}")


def _switch(worker: Worker, output: Output, *, enabled: bool, timeout: float) -> bool:
    from queuesmith.pause import switch

    uuid = str(worker.mapping["UUID"])
    output.say(f"Waiting until the mapping of {worker.queue.name} is {'enabled' if enabled else 'disabled'} …")
    with stopped_in_order() as stop:
        return switch(worker.connection.client("lambda"), uuid, enabled=enabled, patience=timeout, stop=stop)


def _say_state(worker: Worker, output: Output, state: str, *, changed: bool) -> dict[str, int]:
    from dataclasses import asdict

    from queuesmith.aws.queues import depth

    held = asdict(depth(worker.sqs, worker.queue))
    document = {"queue": worker.queue.name, "mapping": worker.mapping["UUID"], "state": state, "changed": changed, **held}
    output.document(document)
    already = "" if changed else " already"
    waiting = held["visible"] + held["delayed"]
    output.line(f"{worker.queue.name}: the mapping is {state.lower()}{already}; {messages(waiting)} waiting")
    return held
