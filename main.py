"""The CDKTF app: one stack for each environment in config/. `ENVIRONMENTS=dev,staging` limits it to those.

`python main.py --check` judges the settings and writes nothing; packages that are not built yet do not count. With `--quiet`
warnings are left to the synth that follows. `python main.py examples` takes the config/ of another folder, where its output
goes, too.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from datetime import date
from pathlib import Path

from queuesmith.common.signals import INTERRUPTED, graceful_shutdown

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Judge the settings, then synthesize. Exit status 0; 1 where the output cannot be written; 2 where the settings or the
    arguments cannot be used, and then nothing is written.
    """
    given = _parsed(arguments)
    project = ROOT if given.folder is None else given.folder.absolute()
    output = Path(os.environ.get("CDKTF_OUTDIR", project / "cdktf.out")).absolute()
    os.chdir(project)  # paths in the settings are relative to it
    from queuesmith.checks.settings_check import load_and_check
    from queuesmith.common.printing import printable
    from queuesmith.settings.loading import environment_names
    from queuesmith.settings.project import chosen_environments

    configuration, verdict = load_and_check(Path("config"), chosen_environments(), date.today(), packaged=not given.check)
    lines = [*(("error", text) for text in verdict.errors), *(("warning", text) for text in verdict.warnings)]
    for severity, text in sorted(lines, key=lambda line: line[1].split(":")[0]):  # by environment; in their own order within it
        if verdict.errors or not given.quiet:
            print(f"{severity}: {text}", file=sys.stderr)
    if verdict.errors:
        print(f"{verdict.counts} in the settings; nothing was written.", file=sys.stderr)
        return 2
    if given.check:
        return 0

    from queuesmith.constructs.synthesis import synthesize
    from stacks.environment import EnvironmentStack

    settings = {name: environment.settings for name, environment in configuration.environments.items()}
    try:
        synthesize(settings, output, keep=set(environment_names(Path("config"))), stack=EnvironmentStack)
    except OSError as error:
        print(printable(f"error: {error.filename or output} cannot be written: {error.strerror}"), file=sys.stderr)
        return 1
    if "CDKTF_OUTDIR" not in os.environ:  # cdktf-cli has its own words
        print(f"{output.name if given.folder is None else given.folder / output.name}/stacks: {', '.join(settings)}")
    return 0


def _parsed(arguments: list[str]) -> argparse.Namespace:
    """The arguments. Raises SystemExit, with status 2, where they make no sense."""
    parser = argparse.ArgumentParser(prog=Path(__file__).name, description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true", help="judge the settings, and write nothing")
    parser.add_argument("--quiet", action="store_true", help="with --check: no warnings where there is no error")
    parser.add_argument(
        "folder", nargs="?", type=Path, help="has config/ in it, and gets cdktf.out/ (default: this file's own)"
    )
    given = parser.parse_args(arguments)
    if given.quiet and not given.check:
        parser.error("--quiet goes with --check")
    if given.folder is not None and not given.folder.is_dir():
        parser.error(f"{str(given.folder)!r} is not a folder. Name one that has config/ in it")
    return given


if __name__ == "__main__":
    gc.disable()  # nearly all that is made here lives to the end, and looking through it again and again takes a twentieth
    with graceful_shutdown("Interrupted. The output is whole: as it was, or written anew.") as stop:
        try:
            status = main(sys.argv[1:])
        except BaseException:
            if not stop.is_set():
                raise
            status = INTERRUPTED  # also if a library has turned the interrupt into an error of its own
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # what jsii and Node say at their end is noise
    sys.exit(status)
