"""`queuesmith` commands about the worker `keeper`, run by a user with limited credentials."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests import in_process
from tests.faults.keeper import KEY
from tests.faults.world import REGION, World

READING: dict[tuple[str, ...], set[int]] = {
    ("status",): {1},  # the DLQ holds a message
    ("doctor",): {0, 1},
    ("logs", "--since", "1h"): {0},
    ("dlq", "peek"): {0},
}
"""The commands, with the exit statuses that are allowed."""


def run(world: World, keys: dict[str, str], command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's folder."""
    words = [word for word in command if not word.startswith("-")][: 2 if command[0] == "dlq" else 1]
    rest = command[len(words) :]
    variables = {
        "PATH": "/usr/bin",
        "AWS_ENDPOINT_URL": world.url,
        "AWS_CA_BUNDLE": str(world.endpoint.ca_bundle),
        "AWS_ACCESS_KEY_ID": keys["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": keys["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": "127.0.0.1",
        "COLUMNS": "120",
    }
    folder = Path(world.project)
    return in_process.queuesmith(*words, "prove", KEY, *rest, folder=folder, variables=variables)
