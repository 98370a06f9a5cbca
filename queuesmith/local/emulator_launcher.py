"""Starts ministack over TLS. Runs under the emulator's own Python, and imports nothing of this project.

    python emulator_launcher.py FOLDER [PARENT]

FOLDER holds `ca.pem`, which callers trust. With PARENT, the emulator ends itself when that process is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path


def make_certificate(folder: Path) -> None:
    """An authority and a certificate for the loopback address, so that no openssl program is needed."""
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "server.key"))
    for position, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(str(folder / "server.pem"), append=position > 0)


def end_with(parent: int) -> None:
    """Stop when the parent is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve until stopped."""
    folder = Path(sys.argv[1])
    make_certificate(folder)
    os.environ["MINISTACK_SSL_CERT"] = str(folder / "server.pem")
    os.environ["MINISTACK_SSL_KEY"] = str(folder / "server.key")
    os.environ["AWS_CA_BUNDLE"] = str(folder / "ca.pem")  # the handlers inherit it
    if len(sys.argv) > 2:
        threading.Thread(target=end_with, args=(int(sys.argv[2]),), daemon=True).start()
    sys.argv = sys.argv[:1]

    from ministack import app

    os.environ.pop("LOG_LEVEL", None)  # it has been read, and would become the handlers' own
    app._port_is_bindable = lambda *_: False  # it would serve on port 443 as well
    app.main()


if __name__ == "__main__":
    main()
