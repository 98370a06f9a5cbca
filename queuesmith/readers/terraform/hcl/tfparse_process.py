"""The process in which tfparse runs.

It reads a list of jobs from stdin as JSON: each is a folder and its files of variables. It writes one line of JSON for each
job: the evaluated blocks, or the text of an error. With `--log`, tfparse's log goes to stderr: only it has the errors in
files that cannot be parsed.

tfparse is written in Go. If its code fails, only this process ends. This file imports nothing of queuesmith.
"""

from __future__ import annotations

import json
import sys


def main(*options: str) -> None:
    """Evaluate the folders on stdin."""
    import tfparse

    for folder, *variables in json.load(sys.stdin):
        try:
            result = tfparse.load_from_path(folder, debug="--log" in options, vars_paths=variables)
        except tfparse.ParseError as error:
            result = str(error)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
