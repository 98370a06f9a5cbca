"""The folders of `queuesmith local`, relative to the project's folder."""

from __future__ import annotations

from pathlib import Path

LOCAL = Path(".local")
"""What `queuesmith local` creates in a project. All of it can be deleted while nothing is running."""
EMULATOR = LOCAL / "emulator"
"""The Python environment of the emulator."""
TERRAFORM_CACHE = LOCAL / "terraform"
DEFAULT_SESSION = LOCAL / "demo"
"""The default folder of a session."""
SESSION_FILE = "session.json"
"""A session's data, in its folder."""
