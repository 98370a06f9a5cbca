"""The program behind a project's `main.py`: it checks the settings of all environments and synthesizes a stack for each."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.common.errors import QueuesmithError, from_os_error
from queuesmith.common.printing import LINE_CHARACTERS, printable
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.settings.project import CONFIGURATION, selected_environments

if TYPE_CHECKING:
    from queuesmith.constructs.synthesis import AddStack
    from queuesmith.settings.loading import Configuration

OUTPUT = "cdktf.out"


def run(main: Callable[[list[str]], int]) -> int:
    """Call a program's `main` with its arguments. Ctrl-C ends it with one line and exit status 130."""
    gc.disable()  # nearly all objects live until the end, and collections would take 5 % of the time
    with graceful_shutdown("Interrupted. The output is intact: all of it is from the previous run or from this one.") as stop:
        try:
            return main(sys.argv[1:])
        except BaseException:
            if not stop.is_set():
                raise
            # A library may have converted the interrupt into its own error. The output of jsii and Node at exit is noise.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
            return INTERRUPTED


def check_and_synthesize(arguments: list[str], project: Path, add_stack: AddStack) -> int:
    """Check the settings, build the functions' zips if the arguments contain `--package`, and synthesize.

    Parameters
    ----------
    arguments
        The command-line arguments.
    project
        The folder with `config/`, unless the arguments name another one. `cdktf.out/` is also written there, unless
        CDKTF_OUTDIR names another folder.
    add_stack
        Adds the stack of one environment to the app. It is called only if the settings of all environments have no errors.

    Returns
    -------
    The exit status: 0 for success, 1 if a zip cannot be built or the output cannot be written, 2 if the arguments or the
    settings are wrong. With status 2, no output is written.

    """
    options = _parse(arguments)
    folder = project if options.folder is None else options.folder.absolute()
    output = Path(os.environ.get("CDKTF_OUTDIR", folder / OUTPUT)).absolute()
    os.chdir(folder)  # paths in the settings are relative to it
    try:
        return _check_and_synthesize(options, output, add_stack)
    except (QueuesmithError, OSError) as error:
        failure = from_os_error(error) if isinstance(error, OSError) else error
        print(f"error: {printable(str(failure), LINE_CHARACTERS)}", file=sys.stderr)
        return failure.exit_status


def _parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the arguments. Raises SystemExit with status 2 if they are invalid."""
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Synthesize a Terraform stack for each environment in config/. ENVIRONMENTS=dev,staging selects some.",
    )
    step = parser.add_mutually_exclusive_group()
    step.add_argument("--check", action="store_true", help="check the settings without writing anything")
    step.add_argument("--package", action="store_true", help="build the functions' zips first")
    parser.add_argument("--quiet", action="store_true", help="with --check: print warnings only if there is an error")
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        help="contains config/ and receives cdktf.out/ (default: the folder of main.py)",
    )
    options = parser.parse_args(arguments)
    if options.quiet and not options.check:
        parser.error("--quiet requires --check")
    if options.folder is not None and not options.folder.is_dir():
        parser.error(f"{str(options.folder)!r} is not a folder. Give the path of a folder with config/")
    return options


def _check_and_synthesize(options: argparse.Namespace, output: Path, add_stack: AddStack) -> int:
    from queuesmith.settings.loading import load  # loads pydantic

    configuration = load(CONFIGURATION, selected_environments())
    if options.check:
        return 2 if _report_problems(configuration, check_zips=False, quiet=options.quiet) else 0
    if options.package:
        if _report_problems(configuration, check_zips=False, quiet=True):
            return 2
        _package(configuration)
    if _report_problems(configuration):
        return 2
    _synthesize(configuration, output, add_stack)
    if "CDKTF_OUTDIR" not in os.environ:  # cdktf-cli prints its own message
        folder_name = output.name if options.folder is None else options.folder / output.name
        print(f"{folder_name}/stacks: {', '.join(configuration.environments)}")
    return 0


def _report_problems(configuration: Configuration, *, check_zips: bool = True, quiet: bool = False) -> bool:
    """Print errors and warnings, and return whether there are errors. `quiet`: print warnings only if there are errors."""
    from queuesmith.checks.settings_check import check_configuration  # loads the rules

    report = check_configuration(configuration, date.today(), check_zips=check_zips)
    if quiet and not report.errors:
        return False
    lines = [*(("error", text) for text in report.errors), *(("warning", text) for text in report.warnings)]
    for severity, text in sorted(lines, key=lambda line: line[1].split(":")[0]):  # by environment only: sorted() is stable
        print(f"{severity}: {text}", file=sys.stderr)
    if report.errors:
        print(f"{report.summary} in the settings. Nothing was written.", file=sys.stderr)
    return bool(report.errors)


def _package(configuration: Configuration) -> None:
    from queuesmith.packaging.function_zips import build_all, zips_to_build

    build_all(zips_to_build(configuration), lambda line: print(printable(line), flush=True))


def _synthesize(configuration: Configuration, output: Path, add_stack: AddStack) -> None:
    from queuesmith.constructs.synthesis import synthesize  # loads cdktf
    from queuesmith.settings.loading import environment_names

    settings = {name: environment.settings for name, environment in configuration.environments.items()}
    try:
        synthesize(settings, output, keep=set(environment_names(CONFIGURATION)), add_stack=add_stack)
    except OSError as error:
        raise QueuesmithError(f"{error.filename or output} cannot be written: {error.strerror}") from error
