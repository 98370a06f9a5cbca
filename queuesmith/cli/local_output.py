"""The output of `queuesmith local`: the running environment, the exports, and the outcome of a demo."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queuesmith.cli.output import Output
from queuesmith.common.program_name import command_name

if TYPE_CHECKING:
    from queuesmith.local.demo import DemoResult
    from queuesmith.local.depths import WorkerDepths
    from queuesmith.local.local_environment import LocalEnvironment
    from queuesmith.local.session import Session
    from queuesmith.local.session_start import StartedEmulator


def local_command(name: str, folder: Path | None) -> str:
    """A command about the same session, as a suggestion."""
    return f"{command_name()} local {name}" + (f" --folder {shlex.quote(str(folder))}" if folder else "")


def print_exports(output: Output, session: Session) -> None:
    """Print the exports as lines for a shell."""
    for line in session.shell_lines:
        output.line(line)


def session_document(session: Session, folder: Path, workers: list[WorkerDepths]) -> dict[str, Any]:
    """The keys of the JSON output about a running session."""
    return {
        "running": True,
        "environment": session.environment,
        "region": session.region,
        "url": session.url,
        "ca_bundle": str(session.endpoint.ca_bundle),
        "folder": str(folder),
        "exports": session.exports,
        "workers": [asdict(each) for each in workers],
    }


def print_status(
    output: Output, session: Session, session_folder: Path, workers: list[WorkerDepths], folder: Path | None
) -> None:
    """Print the running session and the queue depths of its workers."""
    output.document(session_document(session, session_folder, workers))
    output.line(f"{session.environment} at {session.url}, in {session_folder}")
    if not session.applies_stack:
        _say_how_to_deploy(output, session, folder)
        return
    columns = ("worker", "waiting #", "in flight #", "delayed #", "in DLQ #", "queue")
    output.table("", columns, [_row(each) for each in workers])
    if not workers:
        output.say(f"Nothing is deployed yet. {local_command('up', folder)} is still running.")


def print_environment(output: Output, running: LocalEnvironment, workers: list[WorkerDepths], folder: Path | None) -> None:
    """Print an environment that was applied, what has changed, and the next commands."""
    session = running.session
    result = {"started": running.is_new, **running.changes, "prerequisites": running.prerequisites}
    output.document({**session_document(session, running.folder, workers), **result})
    print_exports(output, session)
    _say_prerequisites(output, running.prerequisites)
    if not running.is_new:
        for change, addresses in running.changes.items():
            for address in addresses:
                output.say(f"{change.capitalize()}: {address}")
    environment, (first, *others) = session.environment, session.workers
    lines = (
        f"{environment} is running. Its Terraform folder: {running.terraform.folder}",
        "Next:",
        f"  {_use_exports(folder)}",
        f"  {command_name()} status {environment}",
        f"  {command_name()} send {environment} {first} --body TEXT{'    # or ' * bool(others)}{', '.join(others)}",
        f"  {local_command('down', folder)}",
    )
    for line in lines:
        output.say(line)


def print_emulator(output: Output, started: StartedEmulator, session_folder: Path, folder: Path | None) -> None:
    """Print an emulator that runs without a stack, and the next commands."""
    no_changes: dict[str, Any] = {change: [] for change in ("created", "changed", "destroyed")}
    result = {"started": started.is_new, **no_changes, "prerequisites": started.prerequisites}
    output.document({**session_document(started.session, session_folder, []), **result})
    print_exports(output, started.session)
    _say_prerequisites(output, started.prerequisites)
    _say_how_to_deploy(output, started.session, folder)


def print_demo(output: Output, result: DemoResult, running: LocalEnvironment, *, kept: bool) -> None:
    """Print how the messages of a demo ended, and how long each part took."""
    tally = result.tally
    times = {"setup": running.setup_seconds, "apply": running.apply_seconds, "processing of all messages": result.seconds}
    document = {**asdict(result), "lost": tally.lost, "extra_copies": tally.extra_copies, "expected": result.is_expected}
    output.document({**document, "setup_seconds": running.setup_seconds, "apply_seconds": running.apply_seconds})
    output.line(f"{tally.sent} messages")
    rows = [("written to DynamoDB exactly once", tally.written_once), ("written more than once", tally.written_repeatedly)]
    if tally.unlogged:
        rows.append(("written, but not logged by the handler", tally.unlogged))
    rows += [("in the dead-letter queue", tally.in_dlq), ("still in the queue", tally.in_queue), ("lost", tally.lost)]
    if tally.extra_copies:
        rows.append(("extra copies (SQS delivers at least once)", tally.extra_copies))
    cells = [(text, str(count)) for text, count in rows] + [(text, f"{seconds:.1f} s") for text, seconds in times.items()]
    output.table("", ("Outcome", "Messages #"), cells)
    if not result.is_logged:
        output.say(
            'The handler\'s log has no line "message processed", so it is unknown whether a message was written more than once.'
            " queuesmith_worker writes this line at the log level INFO"
        )
    if not result.is_expected:
        again = "" if kept else f" To inspect them: {command_name()} local demo --keep"
        output.say(f"Some messages do not have the expected outcome.{again}")


def print_how_to_connect(output: Output, running: LocalEnvironment, worker: str, folder: Path | None) -> None:
    """Print how to use the environment that a demo has left running, and how to stop it."""
    name = running.session.environment
    lines = (
        "The environment is still running. To connect to it:",
        f"  {_use_exports(folder)}",
        f"Inspect it: {command_name()} status {name} {worker}, or: {command_name()} dlq peek {name} {worker}",
        f"Look at it in a browser: {command_name()} console {name}",
        f"Its Terraform folder: {running.terraform.folder}",
        f"Stop it: {local_command('down', folder)}",
    )
    for line in lines:
        output.say(line)


def _use_exports(folder: Path | None) -> str:
    return f'eval "$({local_command("status", folder)} --exports)"'


def _say_how_to_deploy(output: Output, session: Session, folder: Path | None) -> None:
    lines = (
        "The emulator was started with --no-apply. To deploy to it:",
        f"  {_use_exports(folder)}",
        f"  {command_name()} package {session.environment} --platform host",
        f"  cdktf deploy {session.environment}",
        f"  {local_command('down', folder)}",
    )
    for line in lines:
        output.say(line)


def _say_prerequisites(output: Output, prerequisites: Iterable[str]) -> None:
    from queuesmith.local.prerequisites import PLACEHOLDER

    for prerequisite in prerequisites:
        value = f', with the value "{PLACEHOLDER}"' if prerequisite.startswith(("secret ", "parameter ")) else ""
        output.say(f"Created because it was missing: {prerequisite}{value}")


def _row(each: WorkerDepths) -> tuple[str, ...]:
    queue, dlq = each.queue, each.dead_letter_queue
    waiting = (f"{queue.visible:,}", f"{queue.in_flight:,}", f"{queue.delayed:,}") if queue else ("missing", "", "")
    return each.worker, *waiting, f"{dlq.total:,}" if dlq else "no DLQ", each.queue_url or ""
