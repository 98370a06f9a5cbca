"""A demonstration that was left running: where it is, and ending it."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from queuesmith.local.emulator import Endpoint, answers, stop_process_group

FILE = "session.json"


@dataclass(frozen=True)
class Session:
    """What has to be known to reach and to end it."""

    process: int
    """The id of the emulator's process, and of its group."""
    url: str
    folder: str
    """The emulator's own folder, with `ca.pem`."""

    @classmethod
    def load(cls, folder: Path) -> Session | None:
        """The session that was left in a folder, or None."""
        try:
            return cls(**json.loads((folder / FILE).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, folder: Path) -> None:
        """Leave it in a folder."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2) + "\n")

    @property
    def endpoint(self) -> Endpoint:
        """How to reach it."""
        return Endpoint(self.url, Path(self.folder) / "ca.pem")

    def is_running(self) -> bool:
        """Whether that process is still the one that we started: its command line names the folder."""
        command = ["ps", "-ww", "-o", "args=", "-p", str(self.process)]
        try:
            shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        except OSError:  # no ps: an answer with the certificate that it made itself says the same
            return self.endpoint.ca_bundle.exists() and answers(self.endpoint)
        return self.folder in shown

    def end(self) -> None:
        """Stop the emulator and its handlers, and remove what it wrote."""
        if self.is_running():
            stop_process_group(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)
