"""The arguments and options that the commands for deployed workers share: the worker, the connection to AWS, and the output."""

from __future__ import annotations

import functools
import inspect
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from queuesmith import aws
from queuesmith.cli.options import Json
from queuesmith.cli.output import Output
from queuesmith.common.program_name import command_name
from queuesmith.settings.project import is_project

_AWS, _NAMED = "AWS", "Instead of ENVIRONMENT: select resources directly, for pipelines that queuesmith did not create"


def _worker(default: str) -> Any:
    return Annotated[str | None, typer.Argument(metavar="WORKER", help=f"A worker of the environment. Default: {default}.")]


_OPTIONS: dict[str, Any] = {
    "environment": Annotated[str | None, typer.Argument(metavar="ENVIRONMENT", help="An environment, for example dev.")],
    "worker": _worker("the environment's only worker"),
    "queue": Annotated[str | None, typer.Option(metavar="NAME", help="Name, URL or ARN of the queue.", rich_help_panel=_NAMED)],
    "dlq": Annotated[
        str | None,
        typer.Option(
            "--dlq",
            metavar="NAME",
            help="Name, URL or ARN of the DLQ. Default: the one in the redrive policy.",
            rich_help_panel=_NAMED,
        ),
    ],
    "function": Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Name or ARN of the function. Default: the one that the event source mapping invokes.",
            rich_help_panel=_NAMED,
        ),
    ],
    "profile": Annotated[str | None, typer.Option(metavar="NAME", help="A profile of ~/.aws/config.", rich_help_panel=_AWS)],
    "region": Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The AWS Region. Default: the environment's region in config/.", rich_help_panel=_AWS
        ),
    ],
    "endpoint_url": Annotated[
        str | None,
        typer.Option(metavar="URL", help="Endpoint to use instead of AWS's, for example the emulator's.", rich_help_panel=_AWS),
    ],
    "json": Json,
}


@dataclass(frozen=True)
class Target:
    """The workers that a command acts on. boto3 is loaded when they are first used."""

    options: dict[str, str | None]
    output: Output

    @property
    def selection(self) -> aws.Selection:
        """The names and the connection in the options."""
        value = self.options
        connection = aws.Connection(value["profile"], value["region"], value["endpoint_url"])
        return aws.Selection(value["environment"], value["worker"], value["queue"], value["dlq"], value["function"], connection)

    def worker(self) -> aws.DeployedWorker:
        """The one selected worker. Raises UsageError if there are several."""
        return self._checked([aws.find_worker(self.selection)])[0]

    def workers(self) -> list[aws.DeployedWorker]:
        """All selected workers."""
        return self._checked(aws.find_workers(self.selection))

    @property
    def is_only_a_dlq(self) -> bool:
        """Whether only --dlq is given. Then the queue is unknown, and no command for it can be suggested."""
        return bool(self.options["dlq"]) and not any(self.options[name] for name in ("environment", "queue", "function"))

    def command_line(self, command: str, *more: str) -> str:
        """A command line for the same worker, as a suggestion."""
        words = [*command.split(), self.options["environment"], self.options["worker"]]
        for name in ("queue", "dlq", "function", "profile", "region", "endpoint_url"):
            if value := self.options[name]:
                words += [f"--{name.replace('_', '-')}", value]
        return " ".join((command_name(), *(quoted(word) for word in (*words, *more) if word is not None)))

    def _checked(self, workers: list[aws.DeployedWorker]) -> list[aws.DeployedWorker]:
        """Return the workers. Prints a note if the project's settings could not be used to find them."""
        if self.options["environment"] and is_project() and not all(worker.has_settings for worker in workers):
            self.output.say("config/ has errors (see `python main.py --check`), so workers are found by their tags instead")
        return workers


def quoted(word: str) -> str:
    """Quote a word for a shell. Double quotes are used if it contains single quotes and nothing that a shell would expand."""
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\!') else shlex.quote(word)


def on_worker(command: Callable[..., None]) -> Callable[..., None]:
    """Add the shared arguments and options to a command about one worker.

    It receives them as `target` and `output`, and its own by keyword.
    """
    return _with_options(command, _OPTIONS)


def on_workers(command: Callable[..., None]) -> Callable[..., None]:
    """Like `on_worker`, for a command about one worker or all of them."""
    return _with_options(command, {**_OPTIONS, "worker": _worker("all workers")})


def _with_options(command: Callable[..., None], options: dict[str, Any]) -> Callable[..., None]:

    @functools.wraps(command)
    def with_target(**arguments: Any) -> None:
        values = {name: arguments.pop(name) for name in options}
        output = Output(as_json=values.pop("json"))
        command(Target(values, output), output, **arguments)

    own = [
        parameter
        for parameter in inspect.signature(command, eval_str=True).parameters.values()
        if parameter.name not in {"target", "output"}
    ]
    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = [
        inspect.Parameter(name, keyword, annotation=annotation, default=False if annotation is Json else None)
        for name, annotation in options.items()
    ]
    parameters = [*shared[:2], *own, *shared[2:]]
    with_target.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_target.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_target
