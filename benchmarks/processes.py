"""Measures process trees: their duration, and the largest memory use at one moment."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SAMPLE = 0.01
"""Seconds between two samples of the memory. Shorter peaks are missed."""
PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Measurement:
    """The measurement of one run, or the medians of several."""

    seconds: float
    peak: float
    """MB of all processes together; 0 without /proc. This is RSS, so shared pages count once for each process."""


@dataclass(frozen=True)
class Command:
    """A command to measure."""

    arguments: Sequence[str | Path]
    folder: Path
    variables: Mapping[str, str]
    statuses: frozenset[int] = frozenset({0})
    """The exit statuses of a successful run."""

    def run(self) -> Measurement:
        """Run the command once. Raises SystemExit with its output if it fails."""
        begin = time.perf_counter()
        with subprocess.Popen(
            [str(each) for each in self.arguments],
            cwd=self.folder,
            env=dict(self.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            memory = _Memory(process.pid)
            output, _ = process.communicate()
            seconds = time.perf_counter() - begin
            memory.end()
        if process.returncode not in self.statuses:
            raise SystemExit(f"{' '.join(map(str, self.arguments))} failed:\n{output.decode(errors='replace')[-3000:]}")
        return Measurement(seconds, memory.peak / 1_000_000)


class _Memory(threading.Thread):
    """Samples the memory of a process tree until it is stopped."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root, self._over = root, threading.Event()
        self.peak = 0
        self.start()

    def run(self) -> None:
        while PROC.is_dir():
            self.peak = max(self.peak, _resident(self._root))
            if self._over.wait(SAMPLE):
                break

    def end(self) -> None:
        self._over.set()
        self.join()


def _resident(root: int) -> int:
    """The resident bytes of a process and its descendants."""
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        try:
            total += int((PROC / str(process) / "statm").read_text().split()[1]) * PAGE
            for task in (PROC / str(process) / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, IndexError):
            continue  # the process has just ended
    return total


def alternate(commands: Mapping[str, Command], rounds: int) -> dict[str, list[Measurement]]:
    """Run each command once to warm up, then all in turn, in reverse order in every other round."""
    found: dict[str, list[Measurement]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name in list(commands) if number % 2 else list(commands)[::-1]:
            measurement = commands[name].run()
            if number:
                found[name].append(measurement)
    return found


def medians(runs: Sequence[Measurement]) -> Measurement:
    """The medians of several runs."""
    return Measurement(median(run.seconds for run in runs), median(run.peak for run in runs))
