"""`make demo`: the whole pipeline on this machine. Real Terraform, the real AWS provider, the real handler, a local AWS."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from queuesmith.errors import QueuesmithError
from queuesmith.local.account import Account, Pipeline
from queuesmith.local.deployment import Deployment
from queuesmith.local.emulator import Emulator, environment_python
from queuesmith.local.progress import Board
from queuesmith.local.sample_orders import messages
from queuesmith.local.session import Session
from queuesmith.packaging import Platform, build
from queuesmith.terraform.runner import ResourceEvent

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
KEPT = LOCAL / "demo"
ENVIRONMENT = "dev"
MESSAGES = 200
POISON = 5
PATIENCE = 300.0
"""Seconds for the messages to be worked: five receives × 18 s of visibility timeout, and room for a slow machine."""


@dataclass
class Times:
    """Seconds that each part took."""

    set_up: float = 0
    apply: float = 0
    messages: float = 0


def main() -> int:
    """Run the demonstration. Exit status 0 where every message is accounted for, 1 where one is not or a step fails."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the emulator running, with everything on it")
    parser.add_argument("--down", action="store_true", help="stop what --keep left running")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    console = Console()
    try:
        if arguments.down:
            return _down(console)
        return _demonstrate(console, keep=arguments.keep)
    except QueuesmithError as error:
        print(f"error: {error}\nEverything that was started is stopped.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. Everything that was started is stopped.", file=sys.stderr)
        return 130


def _demonstrate(console: Console, *, keep: bool) -> int:
    if keep and (session := Session.load(KEPT)) and session.is_running():
        raise QueuesmithError(f"A demonstration is running already, at {session.url}. Stop it: make down")
    work = KEPT if keep else Path(tempfile.mkdtemp(prefix="queuesmith-demo-"))
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    emulator: Emulator | None = None
    kept = False
    try:
        times = Times()
        with Board(console) as board:
            begin = time.monotonic()
            board.show("Set-up", 0, 4, "package")
            package = _package()
            board.show("Set-up", 1, 4, "emulator")
            emulator = Emulator(environment_python(ROOT), outlives_us=keep, folder=work / "emulator")
            board.show("Set-up", 2, 4, "synth")
            stack = _synthesize(work)
            board.show("Set-up", 3, 4, "terraform init")
            deployment = Deployment(stack, work / "stack", emulator.endpoint, LOCAL / "terraform", package)
            deployment.terraform.init()
            board.show("Set-up", 4, 4, deployment.terraform.program.name)
            times.set_up = time.monotonic() - begin
            times.apply = _timed(lambda: _apply(deployment, board))
            pipeline = Pipeline(emulator.endpoint, deployment.terraform.outputs())
            times.messages = _timed(lambda: _work(pipeline, board))
        account = pipeline.account(MESSAGES)
        console.print(_table(account, times))
        good = (account.written_once, account.dead, account.waiting, account.lost) == (MESSAGES - POISON, POISON, 0, 0)
        if not good:
            console.print("Not every message ended where it should." + ("" if keep else " Look at it: make demo KEEP=1"))
        if keep:
            Session(emulator.process.pid, emulator.endpoint.url, str(emulator.folder)).save(KEPT)
            kept = True
            _say_how_to_reach(console, emulator, pipeline, deployment)
        elif good:
            console.print(
                "Everything that was started is stopped. Next: read stacks/queue_worker.py (the pipeline) and handlers/main.py "
                "(the worker), change config/dev.toml and run make synth, or look around in it with make demo KEEP=1.",
                highlight=False,
            )
        return 0 if good else 1
    finally:
        if not kept:
            if emulator is not None:
                emulator.stop()
            shutil.rmtree(work, ignore_errors=True)


def _package() -> Path:
    """The zip for this machine; and the one for AWS, which the stack names, where it is not there yet."""
    from stacks.configuration import load

    host = build(ROOT / "handlers", ROOT / "build" / "host" / "orders.zip", Platform()).path
    environment = load(ROOT / "config", [ENVIRONMENT]).environments.get(ENVIRONMENT)
    for worker in environment.settings.workers.values() if environment else ():
        function = worker.function
        if function.artifact.zip is not None:
            platform = Platform.parse(f"{function.architecture}-{function.runtime}")
            build(ROOT / "handlers", ROOT / function.artifact.zip, platform, function.handler)
    return host


def _synthesize(work: Path) -> Path:
    """The stack of the environment, in a folder of ours: the user's own cdktf.out is not touched."""
    output = work / "cdktf.out"
    environment = {**os.environ, "CDKTF_OUTDIR": str(output), "ENVIRONMENTS": ENVIRONMENT}
    command = [sys.executable, str(ROOT / "main.py")]
    result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise QueuesmithError(f"Synthesizing {ENVIRONMENT} failed:\n{result.stderr.strip()}")
    return output / "stacks" / ENVIRONMENT


def _apply(deployment: Deployment, board: Board) -> None:
    total = deployment.resource_count()
    begun: set[str] = set()
    done: set[str] = set()

    def on_event(event: ResourceEvent) -> None:
        (begun if event.kind == "apply_start" else done).add(event.address)
        kinds = sorted({address.split(".")[0] for address in begun - done})
        board.show("Applied", len(done), total, ", ".join(kinds))

    board.show("Applied", 0, total, "the provider takes 25 s for a queue, and again for its policies")
    deployment.terraform.apply(on_event)
    board.show("Applied", total, total)


def _work(pipeline: Pipeline, board: Board) -> None:
    """Send the messages, and watch them until each is written or dead, or patience ends."""
    good = MESSAGES - POISON
    for accepted in pipeline.send(messages(MESSAGES, POISON)):
        board.show("Sent", accepted, MESSAGES)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        now = pipeline.snapshot()
        board.show("Processed", now.written, good)
        board.show("Retried", now.retried)
        board.show("In the DLQ", now.dead, POISON)
        if now.waiting == 0 and now.written + now.dead >= MESSAGES:
            return
        time.sleep(0.5)


def _table(account: Account, times: Times) -> Table:
    table = Table(title=f"{account.sent} messages", title_justify="left")
    table.add_column("What became of them")
    table.add_column("Messages", justify="right")
    table.add_row("written to DynamoDB exactly once", str(account.written_once))
    table.add_row("written more than once", str(account.written_again))
    table.add_row("in the dead-letter queue", str(account.dead))
    table.add_row("still in the queue", str(account.waiting))
    table.add_row("lost", str(account.lost), end_section=True)
    table.add_row("set-up", f"{times.set_up:.1f} s")
    table.add_row("apply", f"{times.apply:.1f} s")
    table.add_row("messages, to the last one in the DLQ", f"{times.messages:.1f} s")
    return table


def _say_how_to_reach(console: Console, emulator: Emulator, pipeline: Pipeline, deployment: Deployment) -> None:
    lines = [
        "It goes on running. To reach it:",
        f"  export AWS_ENDPOINT_URL={emulator.endpoint.url} AWS_CA_BUNDLE={emulator.endpoint.ca_bundle}",
        f"  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION={pipeline.sqs.meta.region_name}",
        f"  aws sqs receive-message --queue-url {pipeline.dead_letter_queue_url}",
        f"Its Terraform folder: {deployment.folder}",
        "Stop it: make down",
    ]
    console.print("\n".join(lines), highlight=False, soft_wrap=True, markup=False)


def _down(console: Console) -> int:
    session = Session.load(KEPT)
    if session is None:
        console.print("Nothing is running.")
        return 0
    session.end()
    shutil.rmtree(KEPT, ignore_errors=True)
    console.print(f"Stopped {session.url}.", highlight=False)
    return 0


def _timed(step: Callable[[], None]) -> float:
    begin = time.monotonic()
    step()
    return time.monotonic() - begin


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
