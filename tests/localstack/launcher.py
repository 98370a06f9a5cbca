"""Starts LocalStack. It runs under LocalStack's own Python.

    python launcher.py PARENT

When the process PARENT has ended, LocalStack ends too.
"""

from __future__ import annotations

import functools
import importlib
import sys
import threading
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "queuesmith" / "local"))


def main() -> None:
    """Serve until stopped."""
    stop_after_parent = importlib.import_module("emulator_launcher").stop_after_parent
    threading.Thread(target=stop_after_parent, args=(int(sys.argv[1]), Path("kept")), daemon=True).start()
    endpoints: Any = importlib.import_module("twisted.internet.endpoints")
    # LocalStack 4.10 ignores the address in GATEWAY_LISTEN, and would listen on all addresses of the machine
    endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface=LOOPBACK)
    importlib.import_module("localstack.runtime.main").main()


if __name__ == "__main__":
    main()
