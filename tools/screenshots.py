"""Pictures of `queuesmith console` in Chromium, with light and with dark colours."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from queuesmith.common.errors import QueuesmithError
from queuesmith.local.python_environments import environment_python
from tools.setup import BROWSERS, ROOT

WIDTH, HEIGHT, SCALE = 860, 560, 1.5
"""Pixels of the page, and how many pixels of the picture each of them has."""
SCHEMES = ("light", "dark")


class NoBrowserError(QueuesmithError):
    """Chromium is not installed."""


@contextmanager
def chromium() -> Iterator[Any]:
    """The system's Chromium, driven by the Playwright in `.local/browser`. Raises NoBrowserError, or UsageError without it."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise NoBrowserError(
            f"Chromium is missing: none of {', '.join(BROWSERS)} is on the PATH. Install it: apt-get install chromium"
        )
    packages = next((environment_python(ROOT, "browser").parent.parent / "lib").glob("python*/site-packages"))
    sys.path.append(str(packages))
    from playwright.sync_api import sync_playwright

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program)
            yield browser
            browser.close()
    finally:
        sys.path.remove(str(packages))


def screenshots(folder: Path, variables: Mapping[str, str]) -> dict[str, bytes]:
    """Return a picture of the DLQ of the worker `orders` in each colour scheme, as PNG.

    Parameters
    ----------
    folder
        The project's folder.
    variables
        With which the console reaches the emulator.

    """
    console = subprocess.Popen(
        [sys.executable, "-m", "queuesmith", "console", "dev"],
        cwd=folder,
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert console.stdout is not None  # noqa: S101 - it is a pipe
    try:
        url = console.stdout.readline().strip()
        with chromium() as browser:
            return {scheme: _screenshot(browser, url, scheme) for scheme in SCHEMES}
    finally:
        console.send_signal(signal.SIGINT)
        console.wait()


def _screenshot(browser: Any, url: str, scheme: str) -> bytes:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(url)
    overview = url.partition("?")[0]
    tab.wait_for_url(overview)
    tab.goto(f"{overview}workers/orders/dlq")
    tab.wait_for_selector('main > section:not([data-refresh="0.5"]) tbody')
    content: bytes = tab.screenshot(full_page=True)
    context.close()
    return content
