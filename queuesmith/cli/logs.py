"""`queuesmith logs`: prints a worker's log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer

from queuesmith import aws, operations
from queuesmith.cli.log_lines import show
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import NotFoundError, UsageError
from queuesmith.common.printing import counted
from queuesmith.common.times import iso, parse_time

T = TypeVar("T")


@on_worker
def logs(
    target: Target,
    output: Output,
    *,
    since: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="Start of the time range: a duration before now (15m, 2h, 3d), or an ISO 8601 time in UTC."
        ),
    ] = "15m",
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="End of the time range, in the same forms. Default: now.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Print new lines until Ctrl-C.")] = False,
    message_id: Annotated[str | None, typer.Option(metavar="ID", help="Only lines about this SQS message.")] = None,
    level: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="The lowest level: TRACE, DEBUG, INFO, WARN, ERROR or FATAL.")
    ] = None,
) -> None:
    """Show a worker's log: time, level, message and the other fields of JSON lines. Tracebacks are printed below their line.

    With --json, each event is one line of JSON with all its fields.

    Example: queuesmith logs dev orders --since 1h
    """
    now = datetime.now(UTC)
    begin = parse_time(since, "--since", now)
    end = parse_time(until, "--until", now) if until else None
    lowest_level = operations.parse_level(level, "--level") if level else None
    if follow and end:
        raise UsageError("--follow prints new lines until Ctrl-C, so it cannot be combined with --until")
    if begin >= (end or now):
        raise UsageError(f"--since is {since}, but must be before {f'--until ({until})' if until else 'now'}")
    worker = target.worker()
    group, client = log_group_of(worker), worker.connection.client("logs")
    filters: dict[str, Any] = {"since": begin, "level": lowest_level, "message_id": message_id}
    if follow:
        events = operations.follow_log(client, group, **filters)
    else:
        events = operations.read_log(client, group, until=end, **filters)
    count, original = 0, None

    def print_count() -> None:
        output.say(f"{counted(count, 'line')} in {group} since {iso(begin)}")

    try:
        for event in existing(events, worker, group, client.meta.region_name):
            count += 1  # counted before it is printed: Ctrl-C can arrive right after
            show(event, output)
            if message_id and event.fields.get("copy_id") == message_id:
                original = event.message_id
    except KeyboardInterrupt:
        print_count()
        raise
    print_count()
    if original:
        command = target.command_line("logs", "--since", since, "--message-id", original)
        output.say(f"This message is a copy of {original}. Next: {command}")
    if not count:
        output.say(f"Next: {target.command_line('logs', *_wider_search(now - begin, message_id, level))}")


def existing(events: Iterator[T], worker: aws.DeployedWorker, group: str, region: str) -> Iterator[T]:
    """Yield what is read from a log group. Raises NotFoundError if the log group does not exist."""
    from botocore.exceptions import ClientError

    try:
        yield from events
    except ClientError as error:
        if not aws.is_not_found(error):
            raise
        reason = f"{worker.function_name} has not run yet or does not exist{worker.names.note}"
        raise NotFoundError(f"The log group {group} does not exist in {region}: {reason}") from error


def log_group_of(worker: aws.DeployedWorker) -> str:
    """The function's log group. If the function is missing or not readable: the default log group of its name."""
    from botocore.exceptions import ClientError

    try:
        return worker.log_group
    except ClientError as error:
        if not (aws.is_not_found(error) or aws.is_access_denied(error)):
            raise
        return f"/aws/lambda/{worker.function_name}"


def _wider_search(window: timedelta, message_id: str | None, level: str | None) -> list[str]:
    """Options that can find more lines: all levels, or otherwise a longer time."""
    longer = "1d" if window < timedelta(days=1) else "7d" if window < timedelta(days=7) else "30d"
    options = {"--since": longer if level is None else None, "--message-id": message_id}
    return [word for name, value in options.items() if value for word in (name, value)]
