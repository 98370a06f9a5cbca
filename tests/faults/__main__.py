"""`make prove`: starts the test world once, injects every fault, and writes docs/reliability.md if every guarantee held.

python -m tests.faults
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console

from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.local.emulator import stop_process_group
from tests.conftest import ROOT
from tests.faults.conftest import RESULTS
from tests.faults.page import write
from tests.faults.world import WORKERS, WORLD_FILE, started_world

HERE = Path(__file__).resolve().parent
SECOND_AWS = HERE.with_name("localstack")
"""The tests on LocalStack. They mostly wait, so they run while the test world starts and during the first faults."""
ALONE = ("test_restart.py", "test_soak.py")
"""These tests run after the others, one at a time, because they stop the services or measure time."""


def main() -> int:
    """Returns exit status 0 if every guarantee held, 1 if a test or a step failed, and 130 if it was interrupted."""
    begin = time.monotonic()
    with (
        graceful_shutdown("Interrupted: stopping what was started."),
        tempfile.TemporaryDirectory(prefix="queuesmith-prove-") as folder,
    ):
        try:
            if sys.platform != "linux":
                raise UsageError("make prove needs Linux, because it reads the handlers' memory from /proc")
            return prove(Path(folder), begin)
        except QueuesmithError as error:
            print(f"error: {error}", file=sys.stderr)
            return error.exit_status
        except KeyboardInterrupt:
            print("Everything that was started is stopped.", file=sys.stderr)
            return INTERRUPTED


def prove(folder: Path, begin: float) -> int:
    """All steps, in order."""
    results = folder / "results"
    results.mkdir()
    variables = {**os.environ, "CI": "1", WORLD_FILE: str(folder / "world.json"), RESULTS: str(results)}
    # with CI set, a missing tool is a failure and not a skip
    log = folder / "localstack.log"
    with (
        log.open("w") as output,
        started([SECOND_AWS], variables, output=output) as second,
        started_world(folder / "world", Console()) as world,
    ):
        world.save(folder / "world.json")
        print(f"The test world started in {world.seconds:.0f} s", flush=True)
        together = [path for path in sorted(HERE.glob("test_*.py")) if path.name not in ALONE]
        failed = run(together, variables, "-n", str(WORKERS), "--dist", "worksteal")
        failed |= second.wait() != 0
        print(f"The tests on LocalStack:\n{log.read_text()}", flush=True)
        failed |= run([HERE / name for name in ALONE], variables)
    if failed:
        print("docs/reliability.md was not changed, because a test failed", file=sys.stderr)
        return 1
    print(f"Written: {write(results, time.monotonic() - begin).relative_to(ROOT)}")
    return 0


def run(files: list[Path], variables: dict[str, str], *options: str) -> bool:
    """Run tests. Returns whether any failed."""
    with started(files, variables, *options) as process:
        return process.wait() != 0


@contextmanager
def started(
    files: list[Path], variables: dict[str, str], *options: str, output: TextIO | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start tests. At the end, their process and all that they started are stopped. `output`: the file for their output."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--durations=5", *options, *map(str, files)]
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=output, start_new_session=True)
    try:
        yield process
    finally:
        stop_process_group(process.pid)


if __name__ == "__main__":
    sys.exit(main())
