"""`make recordings`: what commands print, and how the console looks, from real runs. Writes them to docs/images.

    python -m tools.recordings [NAME ...]

`check` and `capacity` take seconds and need nothing. The others need the emulator: the demo runs, its environment stays, and
`triage` and the console's pictures show its DLQ, with some more orders that were refused.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from queuesmith.local.demo_messages import INVALID
from tools.terminal import picture, run_in_terminal

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SAMPLE = ROOT / "tests" / "sample"
"""The sample with the settings that tests expect. Its owner changes config/ of this checkout."""
REFUSED = 12
"""How many more orders are refused: more than of any other reason."""
EXTRA = "extra&#160;copies"
"""What the demo prints if a response of SQS came too late, so that the handler sent a message to the DLQ twice."""
KEPT = "The environment is still running."
"""The first line of the demo's output that only `--keep` prints."""


@dataclass(frozen=True)
class Recording:
    """A command whose output is recorded."""

    title: str
    command: str
    folder: Path
    status: int = 0


WITHOUT_EMULATOR = {
    "check": Recording("Check existing Terraform", "queuesmith check examples/terraform", ROOT, status=1),
    "capacity": Recording(
        "Before a launch",
        "queuesmith capacity prod orders --rate 500/s --peak 5000/s:10m --per-message 20ms --want 'age<300s'",
        SAMPLE,
    ),
}
"""The recordings by name. They are the same whenever they run, and a test compares them."""
DEMO = Recording("The demo", "make demo", ROOT)
TRIAGE = Recording("On call", "queuesmith dlq triage dev orders", ROOT)
NAMES = (*WITHOUT_EMULATOR, "demo", "triage", "console")


def record(recording: Recording, variables: Mapping[str, str] = os.environ, instead: Sequence[str] = ()) -> str:
    """Run a command, and return the picture of its output. `instead` is what is run, if it is not what is shown.

    Raises RuntimeError if the exit status is not the expected one.
    """
    program = [sys.executable, "-m", *(instead or shlex.split(recording.command))]
    hidden = ("NO_COLOR", "FORCE_COLOR", "COLUMNS")
    shown = {name: value for name, value in variables.items() if name not in hidden}
    path = f"{Path(sys.executable).parent}{os.pathsep}{variables['PATH']}"  # the suggested commands begin with queuesmith then
    shown |= {"PATH": path, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    status, output = run_in_terminal(program, recording.folder, shown)
    if status != recording.status:
        raise RuntimeError(f"{recording.command} ended with status {status}:\n{output}")
    return picture(recording.title, recording.command, output.partition(KEPT)[0])


def _write(name: str, content: str | bytes) -> None:
    path = IMAGES / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    print(f"{path.relative_to(ROOT)}: written", flush=True)


@contextmanager
def _demo() -> Iterator[tuple[str, dict[str, str]]]:
    """Run the demo. Yields its picture, and the variables with which commands reach the emulator, which still runs."""
    with tempfile.TemporaryDirectory(prefix="qs-") as folder:
        session = ("--folder", str(Path(folder) / "kept"))
        local = (sys.executable, "-m", "queuesmith", "local")
        try:
            shown = record(DEMO, instead=("queuesmith", "local", "demo", "--keep", *session))
            status = subprocess.run([*local, "status", "--json", *session], cwd=ROOT, capture_output=True, check=True)
            yield shown, {**os.environ, **json.loads(status.stdout)["exports"]}
        finally:
            subprocess.run([*local, "down", *session], cwd=ROOT, check=True)


def _refuse_orders(variables: Mapping[str, str]) -> None:
    """Send orders whose total is wrong, and wait until they are in the DLQ. Raises RuntimeError after two minutes."""
    program = (sys.executable, "-m", "queuesmith")
    order = json.loads((ROOT / "tests" / "messages" / "orders.json").read_text())
    bodies = [json.dumps({**order, "order_id": f"order-{1_001 + number}", "total": "0.00"}) for number in range(REFUSED)]
    send = (*program, "send", "dev", "orders", "--file", "-")
    subprocess.run(send, cwd=ROOT, env=dict(variables), input="\n".join(bodies), text=True, check=True)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        command = (*program, "status", "dev", "orders", "--json")
        shown = subprocess.run(command, cwd=ROOT, env=dict(variables), capture_output=True, check=False).stdout
        (worker,) = json.loads(shown)["workers"]
        if worker["dead_letter_queue"]["visible"] >= INVALID + REFUSED:
            return
        time.sleep(1)
    raise RuntimeError("the orders did not arrive in the DLQ")


def main(names: Sequence[str]) -> None:
    """Write the named recordings."""
    for name in WITHOUT_EMULATOR.keys() & names:
        _write(f"{name}.svg", record(WITHOUT_EMULATOR[name]))
    if {*names} <= WITHOUT_EMULATOR.keys():
        return
    with _demo() as (demo, variables):
        if {"triage", "console"} & {*names}:
            _refuse_orders(variables)
        if "triage" in names:
            _write("triage.svg", record(TRIAGE, variables))
        if "console" in names:
            from tools.screenshots import screenshots

            for scheme, content in screenshots(ROOT, variables).items():
                _write(f"console-{scheme}.png", content)
        if "demo" in names:
            if EXTRA in demo:
                raise RuntimeError("The demo was slow, and a message has two copies in the DLQ. Record it on an idle machine")
            _write("demo.svg", demo)


if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in NAMES]
    if unknown:
        sys.exit(f"error: {unknown[0]!r} is not one of {', '.join(NAMES)}")
    main(sys.argv[1:] or NAMES)
