"""The process in which tfparse runs: `python tfparse_process.py [--log] FOLDER VARIABLES…` writes the evaluated blocks as JSON.

With `--log`, tfparse's log goes to stderr: only it has the errors in files that cannot be parsed.

tfparse is written in Go. If its code fails, only this process ends. This file imports nothing of queuesmith.
"""

from __future__ import annotations

import json
import sys


def main(*arguments: str) -> None:
    """Write the blocks that tfparse evaluates."""
    import tfparse

    with_log = arguments[0] == "--log"
    folder, *variables = arguments[1:] if with_log else arguments
    try:
        blocks = tfparse.load_from_path(folder, debug=with_log, vars_paths=variables)
    except tfparse.ParseError as error:
        sys.exit(str(error))
    json.dump(blocks, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
