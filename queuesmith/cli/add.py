"""`queuesmith add`: adds a worker or an environment to a project."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith.cli.options import Json
from queuesmith.cli.output import Output

if TYPE_CHECKING:
    from queuesmith.scaffold import Addition

add = typer.Typer(no_args_is_help=True, help="Add a worker or an environment to the project in the working directory.")


@add.command()
def worker(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the new worker.")],
    fifo: Annotated[bool, typer.Option("--fifo", help="Create a FIFO queue.")] = False,
    json: Json = False,
) -> None:
    """Add a worker: its handler, its test with an example message, and its settings in config/common.toml.

    The command changes nothing else. It writes all files or none.

    Example: queuesmith add worker mail
    """
    from queuesmith import scaffold

    output = _report(scaffold.add_worker(name, fifo=fifo), json=json)
    output.say("Next: make snapshots, and review the diff of tests/__snapshots__/. Then: make test")


@add.command()
def environment(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the new environment.")],
    json: Json = False,
) -> None:
    """Add an environment: its file in config/, to which you add what differs from config/common.toml.

    Example: queuesmith add environment staging
    """
    from queuesmith import scaffold

    output = _report(scaffold.add_environment(name), json=json)
    output.say(f"Next: edit config/{name}.toml, run make snapshots, and review the diff of tests/__snapshots__/")


def _report(addition: Addition, *, json: bool) -> Output:
    output = Output(as_json=json)
    output.document(asdict(addition))
    for file in addition.files:
        output.line(f"{file}: created")
    for key in addition.keys:
        output.line(f"{addition.settings}: added [{key}]")
    return output
