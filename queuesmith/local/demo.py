"""`make demo`: the whole pipeline on this machine. Real Terraform, the real AWS provider, the real handler, a local AWS."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from queuesmith.errors import QueuesmithError, TerraformError, UsageError
from queuesmith.local.account import Account, Pipeline
from queuesmith.local.deployment import Deployment, without_user_settings
from queuesmith.local.emulator import Emulator, Endpoint, environment_python
from queuesmith.local.report import Times, say_how_to_reach, say_what_is_next, totals
from queuesmith.local.sample_orders import messages
from queuesmith.local.session import Session
from queuesmith.packaging import build
from queuesmith.platforms import Platform
from queuesmith.progress import Board
from queuesmith.project import load_configuration
from queuesmith.terraform.runner import ResourceEvent

if TYPE_CHECKING:
    from stacks.settings.environment import EnvironmentSettings

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
KEPT = LOCAL / "demo"
ENVIRONMENT, WORKER, TABLE = "dev", "orders", "orders"
MESSAGES = 200
POISON = 5
PATIENCE = 120.0
"""Seconds for the messages to be worked: they take a few, and a slow machine longer."""


def main() -> int:
    """Run the demonstration. Exit status 0 where every message is accounted for, 1 where one is not or a step fails."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the emulator running, with everything on it")
    parser.add_argument("--down", action="store_true", help="stop what --keep left running")
    parser.add_argument("--folder", type=Path, default=KEPT, help="where --keep leaves it (default: %(default)s)")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    for name in os.environ.keys() - without_user_settings(os.environ).keys():
        del os.environ[name]  # the user's AWS profile and credentials have no part in this
    console = Console()
    try:
        if arguments.down:
            return _down(console, arguments.folder)
        if arguments.keep and (session := Session.load(arguments.folder)) and session.is_running():
            raise UsageError(f"A demonstration is running already, at {session.url}. Stop it: make down")
        return _demonstrate(console, arguments.folder if arguments.keep else None)
    except QueuesmithError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status
    except (BotoCoreError, ClientError) as error:
        print(f"error: the local AWS answered: {error}\nLook at it: make demo KEEP=1", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename or 'the system'}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Everything that was started is stopped.", file=sys.stderr)
        return 130


def _demonstrate(console: Console, keep_in: Path | None) -> int:
    settings = _settings()
    work = _folder(keep_in)
    times = Times()
    with contextlib.ExitStack() as clean_up:
        clean_up.callback(shutil.rmtree, work, ignore_errors=True)
        with Board(console) as board:
            begin = time.monotonic()
            deployment, endpoint = _set_up(settings, work, board, clean_up, keep=keep_in is not None)
            times.set_up = time.monotonic() - begin
            begin = time.monotonic()
            _apply(deployment, board)
            times.apply = time.monotonic() - begin
            pipeline = Pipeline(endpoint, settings.region, deployment.terraform.outputs(), WORKER, TABLE)
            begin = time.monotonic()
            accepted = _work(pipeline, board)
            times.messages = time.monotonic() - begin
        account = pipeline.account(accepted)
        console.print(totals(account, times))
        good = account == Account(MESSAGES, written_once=MESSAGES - POISON, written_again=0, unsaid=0, dead=POISON, waiting=0)
        if keep_in is not None:
            clean_up.pop_all()
            say_how_to_reach(console, endpoint, pipeline, deployment)
    if not good:
        console.print("Not every message ended where it should." + ("" if keep_in else " Look at it: make demo KEEP=1"))
    elif keep_in is None:
        say_what_is_next(console)
    return 0 if good else 1


def _folder(keep_in: Path | None) -> Path:
    """A folder for everything that this writes, and nobody else's to read: it will hold a private key."""
    if keep_in is None:
        return Path(tempfile.mkdtemp(prefix="queuesmith-demo-"))
    shutil.rmtree(keep_in, ignore_errors=True)
    keep_in.mkdir(parents=True, mode=0o700)
    return keep_in


def _set_up(
    settings: EnvironmentSettings, work: Path, board: Board, clean_up: contextlib.ExitStack, *, keep: bool
) -> tuple[Deployment, Endpoint]:
    """Package, emulator, synth and init: all that comes before the apply."""
    board.show("Set-up", 0, 4, "package")
    package = _package(settings)
    board.show("Set-up", 1, 4, "emulator")
    emulator = Emulator(environment_python(ROOT), outlives_us=keep, folder=work / "emulator")
    clean_up.callback(emulator.stop)
    Session(emulator.process.pid, emulator.endpoint.url, str(emulator.folder)).save(work)
    board.show("Set-up", 2, 4, "synth")
    stack = _synthesize(work)
    board.show("Set-up", 3, 4, "terraform init")
    deployment = Deployment(stack, work / "stack", emulator.endpoint, LOCAL / "terraform", package)
    deployment.terraform.init()
    board.show("Set-up", 4, 4, deployment.terraform.program.name)
    return deployment, emulator.endpoint


def _settings() -> EnvironmentSettings:
    """The environment's settings, with the worker and the table that the sample's orders go to."""
    configuration = load_configuration(ROOT / "config", [ENVIRONMENT])
    if configuration.problems:
        raise UsageError("\n".join(configuration.problems))
    settings = configuration.environments[ENVIRONMENT].settings
    if WORKER not in settings.workers or TABLE not in settings.tables:
        raise UsageError(
            f"The demonstration sends the sample's orders to the worker {WORKER} and looks for them in the table {TABLE}, but "
            f"config/ has the workers {', '.join(settings.workers)} and the tables {', '.join(settings.tables) or 'none'}"
        )
    return settings


def _package(settings: EnvironmentSettings) -> Path:
    """The zip for this machine; and those for AWS, which the stack names, where they are not there yet."""
    for worker in settings.workers.values():
        function = worker.function
        if function.artifact.zip is not None:
            platform = Platform.of_function(function.architecture, function.runtime)
            build(ROOT / "handlers", ROOT / function.artifact.zip, platform, function.handler)
    handler = settings.workers[WORKER].function.handler
    return build(ROOT / "handlers", ROOT / "build" / "host" / "orders.zip", Platform(), handler).path


def _synthesize(work: Path) -> Path:
    """The stack of the environment, in a folder of ours: the user's own cdktf.out is not touched."""
    output = work / "cdktf.out"
    environment = {**os.environ, "CDKTF_OUTDIR": str(output), "ENVIRONMENTS": ENVIRONMENT}
    command = [sys.executable, str(ROOT / "main.py")]
    result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise QueuesmithError(f"Synthesizing {ENVIRONMENT} failed. Mend it, and try it with: make synth\n{result.stderr}")
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
    try:
        deployment.terraform.apply(on_event)
    except TerraformError as error:
        raise TerraformError(
            f"{error}\nIt applied {ENVIRONMENT} as config/ and stacks/ have it: mend it there and try again"
        ) from error
    board.show("Applied", total, total)


def _work(pipeline: Pipeline, board: Board) -> int:
    """Send the messages, and watch them until each is written or dead, or patience ends. Returns how many SQS accepted."""
    good = MESSAGES - POISON
    accepted = 0
    for accepted in pipeline.send(messages(MESSAGES, POISON)):
        board.show("Sent", accepted, MESSAGES)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        now = pipeline.snapshot()
        board.show("Processed", now.written, good)
        board.show("In the DLQ", now.dead, POISON)
        if now.waiting == 0 and now.written + now.dead >= accepted:
            break
        time.sleep(0.5)
    return accepted


def _down(console: Console, folder: Path) -> int:
    session = Session.load(folder)
    if session is None:
        console.print("Nothing is running.")
        return 0
    session.end()
    shutil.rmtree(folder, ignore_errors=True)
    console.print(f"Stopped {session.url}.", highlight=False)
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Stop in order: a second signal must not cut that short and leave something running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # not SIG_IGN: one that is on its way already would be complained about
    print("Interrupted: stopping what was started. Terraform first ends what it has begun.", file=sys.stderr, flush=True)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
