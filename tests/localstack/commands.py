"""`queuesmith` commands against LocalStack, in this process or in a new one."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import in_process
from tests.localstack.server import REGION, LocalStack


@dataclass(frozen=True)
class Operator:
    """A person who runs commands in a project's folder."""

    localstack: LocalStack
    folder: Path

    def run(self, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command, by default in the project's folder."""
        return in_process.queuesmith(*arguments, folder=folder or self.folder, variables=self.localstack.variables)

    def redrive(self, queue: str, *more: str, status: int = 0) -> dict[str, Any]:
        """Redrive the DLQ of a queue, which is found by its name. Returns the JSON document."""
        result = self.run("dlq", "redrive", "--queue", queue, "--region", REGION, "--json", *more)
        assert result.returncode == status, result.stderr
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    def start_redrive(self, queue: str, *more: str) -> subprocess.Popen[str]:
        """The same command in a new process."""
        return subprocess.Popen(
            [sys.executable, "-m", "queuesmith", "dlq", "redrive", "--queue", queue, "--region", REGION, "--json", *more],
            cwd=self.folder,
            env=self.localstack.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
