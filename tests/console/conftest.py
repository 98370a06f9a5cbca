"""One emulator with a worker, one console as a process of its own, and one browser."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from queuesmith.local.emulator import Emulator
from tests.conftest import Project, python_of
from tests.e2e.commands.world import Deployed, World

POISON = '<script>alert(1)</script><img src=x onerror="alert(2)">'
LOADED = 'main > section:not([data-refresh="0.5"])'
"""The content of a page that is not waiting for the end of a reading."""


@dataclass
class Page:
    """A tab of the browser, and what a person would see in its developer tools."""

    tab: Any
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Any:
        """Open a page of the console, and wait for its content."""
        self.tab.goto(self.base + path)
        return self.content()

    def fits(self, width: int) -> bool:
        """Whether nothing is cut off at the side of a window of this width, in pixels."""
        self.tab.set_viewport_size({"width": width, "height": 900})
        return bool(self.tab.evaluate("document.documentElement.scrollWidth") <= width)

    def content(self) -> Any:
        """The content, when it is complete."""
        self.tab.wait_for_selector(LOADED)
        return self.tab.locator("main")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Emulator(python_of("emulator")) as emulator:
        yield World(emulator, Project(tmp_path_factory.mktemp("console") / "project"))


@pytest.fixture(scope="module")
def orders(world: World) -> Deployed:
    """The worker orders. Its DLQ holds twelve messages with four reasons."""
    deployed = world.deploy()
    world.settle()
    for number in range(7):
        body = json.dumps({"order_id": f"o-{number}", "customer_id": f"c-{number % 2}", "total": "9.90"})
        fail(world, deployed, f"ValueError: order o-{number} has a total of {number}.90", body)
    fail(world, deployed, "KeyError: 'total'", '{"order_id": "o-8"}', '{"order_id": "o-9"}')
    fail(world, deployed, f"<b>HTTPError</b>: {POISON}", POISON)
    world.fill(deployed.dead_letter_queue, '{"order_id": "o-10", "customer_id": "c-1"}', "no JSON")
    world.fill(deployed.queue, *(f"message {number}" for number in range(3)))
    log_lines(world, "REPORT RequestId: 1\tDuration: 20.00 ms\tBilled Duration: 21 ms\tMemory Size: 256 MB\t")
    return deployed


def fail(world: World, deployed: Deployed, reason: str, *bodies: str) -> list[str]:
    """Put messages into the DLQ as the handler does."""
    attributes = {"FailureReason": {"DataType": "String", "StringValue": reason}}
    return world.fill(deployed.dead_letter_queue, *bodies, MessageAttributes=attributes)


def start(world: World, *arguments: str, **variables: str) -> tuple[subprocess.Popen[str], str]:
    """Start a console. Returns the process and the URL that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "queuesmith", "console", *arguments],
        cwd=world.project.folder,
        env={**world.environment, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def stop(process: subprocess.Popen[str]) -> str:
    """Stop a console as Ctrl-C does. Returns what it has printed to stderr."""
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 0, stderr
    return stderr


@pytest.fixture(scope="module")
def url(world: World, orders: Deployed) -> Iterator[str]:
    """The URL of a running console."""
    process, printed = start(world, "dev")
    yield printed
    assert stop(process) == "Open this URL in a browser on this machine. Stop the console: Ctrl-C\n"


@pytest.fixture
def page(chromium: Any, url: str) -> Iterator[Page]:
    """A new browser window that has opened the URL. Afterwards the developer tools must be empty."""
    yield from window(chromium, url)


def window(chromium: Any, url: str) -> Iterator[Page]:
    """Open the URL in a new window, with cookies of its own."""
    context = chromium.new_context(viewport={"width": 1_400, "height": 900})
    context.set_default_timeout(15_000)
    page = Page(context.new_page(), f"http://{urlsplit(url).netloc}")
    page.tab.on("console", lambda message: page.complaints.append(message.text))
    page.tab.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.tab.on("dialog", lambda dialog: page.complaints.append(f"dialog: {dialog.message}"))
    page.tab.goto(url)
    page.tab.wait_for_url(f"{page.base}/")
    page.content()
    yield page
    context.close()
    assert page.complaints == []


def log_lines(world: World, *lines: dict[str, Any] | str) -> None:
    """Write lines to the function's log, as Lambda and the toolkit do."""
    logs, group, stream = world.client("logs"), "/aws/lambda/dev-orders", f"made-{time.time_ns()}"
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    events = [{"timestamp": int(time.time() * 1000), "message": text} for text in texts]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
