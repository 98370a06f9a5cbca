"""What is typed for this program, for the commands that it says to type next."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

IN_A_CHECKOUT = Path(".venv") / "bin" / "queuesmith"


def own_name() -> str:
    """Its name, or its path where the name alone would not be found: as it was called, or as it is in a checkout's folder."""
    if shutil.which("queuesmith") is not None:
        return "queuesmith"
    if sys.argv[0].endswith("/queuesmith"):
        return sys.argv[0]
    return str(IN_A_CHECKOUT) if IN_A_CHECKOUT.is_file() else "queuesmith"
