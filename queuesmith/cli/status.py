"""`queuesmith status`: shows the current state of workers."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated

import typer

from queuesmith import operations
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_workers
from queuesmith.common.printing import counted
from queuesmith.common.times import short_duration

MINIMUM_INTERVAL = 1.0
_IF_ANY = ("delayed #", "oldest #")
"""Columns that a terminal shows only if they have content."""


@on_workers
def status(
    target: Target,
    output: Output,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Refresh until Ctrl-C.")] = False,
    interval: Annotated[
        float, typer.Option(min=MINIMUM_INTERVAL, metavar="SECONDS", help="Seconds between two refreshes.")
    ] = 5.0,
) -> None:
    """Show the state of workers: queue, DLQ, event source mapping, function, recent errors and alarms.

    Exit status 0: no problems. 1: action is needed.

    Example: queuesmith status dev
    """
    statuses = operations.read_status(target.workers())
    while watch:
        _refresh(statuses, output, interval)
        time.sleep(interval)
        statuses = operations.read_status(target.workers())
    _show(statuses, output)
    if first := next((each for each in statuses if each.problems), None):
        output.say(f"Next: {_next_command(first, target)}")
        raise typer.Exit(1)


def _refresh(statuses: Sequence[operations.WorkerStatus], output: Output, interval: float) -> None:
    """Print the status. A terminal is cleared before; elsewhere the output continues below."""
    if sys.stdout.isatty() and not output.as_json:
        from rich.console import Console

        Console().clear()
        output.line(f"{time.strftime('%H:%M:%S')}, refreshed every {interval:g} s. Press Ctrl-C to stop")
    _show(statuses, output, compact=True)


def _show(statuses: Sequence[operations.WorkerStatus], output: Output, *, compact: bool = False) -> None:
    output.document({"workers": [asdict(each) for each in statuses]}, compact=compact)
    columns = ("worker", "waiting #", "in flight #", "delayed #", "oldest #", "in DLQ #", "mapping", "function", "alarms")
    rows = [_row(each) for each in statuses]
    shown: Sequence[int] = range(len(columns))
    if sys.stdout.isatty():  # the other columns fit into eighty characters
        shown = [
            number for number in shown if columns[number] not in _IF_ANY or any(row[number] not in ("0", "") for row in rows)
        ]
    title = statuses[0].environment or ""
    output.table(title, [columns[number] for number in shown], [[row[number] for number in shown] for row in rows])
    for each in statuses:
        name = f"{each.worker}: " if len(statuses) > 1 else ""
        if each.mapping and each.mapping.last_result:
            output.line(f"{name}mapping: {each.mapping.last_result}")
        for problem in each.problems:
            output.line(f"{name}action needed: {problem}")
        for line in each.function.last_errors if each.function else []:
            reason = f": {line.fields['reason']}" if line.fields.get("reason") else ""
            text = " ".join(f"{line.message}{reason}".split())
            output.line(f"{name}log: {line.time} {line.level or ''} {text}")
        for text in each.not_read:
            output.line(f"{name}not read: {text}")


def _row(each: operations.WorkerStatus) -> tuple[str, ...]:
    queue, dlq = each.queue, each.dead_letter_queue
    absent = {key: "?" if key in each.unknown else "none" for key in ("dead_letter_queue", "mapping", "function", "alarms")}
    in_alarm = sum(alarm.state == "ALARM" for alarm in each.alarms)
    without_data = sum(alarm.state == "INSUFFICIENT_DATA" for alarm in each.alarms)
    counts = (queue.visible, queue.in_flight, queue.delayed) if queue else (None, None, None)
    in_dlq = None if dlq is None or dlq.visible is None else dlq.visible + (dlq.in_flight or 0)
    return (
        each.worker,
        *map(_count, counts),
        _age(queue),
        absent["dead_letter_queue"] if dlq is None else _count(in_dlq),
        each.mapping.state if each.mapping else absent["mapping"],
        _function(each.function) if each.function else absent["function"],
        f"{in_alarm} of {len(each.alarms)} in ALARM{f', {without_data} without data' if without_data else ''}"
        if each.alarms
        else absent["alarms"],
    )


def _count(figure: int | None) -> str:
    return "?" if figure is None else f"{figure:,}"


def _function(function: operations.FunctionStatus) -> str:
    state = function.state if function.last_update == "Successful" else f"{function.state}, update {function.last_update}"
    figures = ((function.errors, "error"), (function.throttles, "throttle"))
    return ", ".join([state, *(f"{counted(count, what)} in 1 h" for count, what in figures if count)])


def _age(queue: operations.QueueStatus | None) -> str:
    return "" if queue is None or queue.oldest_message_age is None else short_duration(queue.oldest_message_age)


def _next_command(each: operations.WorkerStatus, target: Target) -> str:
    """The suggested command for the first problem."""
    dlq = each.dead_letter_queue
    worker = each.worker if target.options["environment"] else None
    named = replace(target, options={**target.options, "worker": worker})
    if dlq and (dlq.visible or dlq.in_flight):
        return named.command_line("dlq triage")
    if each.mapping and each.mapping.state == "Disabled":
        return named.command_line("resume")
    if each.queue is None or dlq is None or each.mapping is None:
        return named.command_line("doctor")
    if each.mapping.state in {"Disabling", "Deleting"}:
        return named.command_line("status", "--watch")
    return named.command_line("logs", "--since", "1h")  # the mapping, the function or an alarm indicates failing messages
