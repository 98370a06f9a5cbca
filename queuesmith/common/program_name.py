"""How the user starts this program, for the commands that it suggests."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

CHECKOUT_COMMAND = Path(".venv") / "bin" / "queuesmith"


def command_name() -> str:
    """The program's name, or its path if it is not on the PATH: the path it was started by, or the one in a checkout.

    It is quoted for a shell.
    """
    if shutil.which("queuesmith") is not None:
        return "queuesmith"
    if sys.argv[0].endswith("/queuesmith"):
        return shlex.quote(sys.argv[0])
    return str(CHECKOUT_COMMAND) if CHECKOUT_COMMAND.is_file() else "queuesmith"
