"""`python -m tools.site`: builds the site into build/site. `make site` first prepares what it needs."""

from __future__ import annotations

import os
import subprocess
import sys

from queuesmith.common.errors import QueuesmithError
from tools.setup import LOCAL
from tools.site.links import ROOT
from tools.site.staging import add_metadata, stage

SOURCE, OUTPUT = ROOT / "build" / "site-source", ROOT / "build" / "site"
_SCRIPTS = LOCAL / "site-scripts" / "npm" / "node_modules"


def main() -> int:
    """Build the site. Exit status 1: a page, a link or an anchor is missing, or MkDocs has another warning."""
    try:
        stage(SOURCE, _SCRIPTS)
    except QueuesmithError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status
    status = _run("mdformat", str(SOURCE / "docs"))  # MkDocs' parser reads some lists of GitHub's Markdown as paragraphs
    add_metadata(SOURCE)
    status = status or _run("mkdocs", "build", "--strict", "--quiet", "-f", str(SOURCE / "mkdocs.yml"), "-d", str(OUTPUT))
    if status == 0:
        print(f"Open this file in a browser: {(OUTPUT / 'index.html').relative_to(ROOT)}")
    return status


def _run(program: str, *arguments: str) -> int:
    variables = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # decision 37 has the answer to this warning
    return subprocess.run([str(LOCAL / "site" / "bin" / program), *arguments], env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
