"""A function as `queuesmith invoke` runs it here, from the settings, from what is deployed, or as it is described."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queuesmith.common.errors import AccessDeniedError, UsageError
from queuesmith.common.printing import one_line
from queuesmith.common.queue_names import FIFO, is_fifo, queue_arn

if TYPE_CHECKING:
    from queuesmith.aws.connection import Connection
    from queuesmith.settings.environment import EnvironmentSettings
    from queuesmith.settings.function import FunctionSettings
    from queuesmith.settings.worker import WorkerSettings

QUEUES = ("WORKER_DEAD_LETTER_QUEUE_URL", "WORKER_QUEUE_URL")
"""The variables by which `queuesmith_worker` reaches its queue and DLQ. No handler gets them here, so it changes neither."""
_TRACING = "WORKER_TRACING"
"""Not taken over either: there is no X-Ray daemon here, and the SDK is in the function's package alone."""
_NO_ACCOUNT, _NO_REGION = "000000000000", "us-east-1"
"""What stands in ARNs where nobody says."""
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True)
class Function:
    """A Python function, and what Lambda would know of it."""

    source: Path
    """The folder with its code."""
    handler: str = "main.lambda_handler"
    """Module and function."""
    packaged: bool = True
    """Whether the zip has the folder under its path in the project, and its main.py at the root too, as `queuesmith package`
    builds it. False: the folder is the root of the zip.
    """
    name: str = "local"
    queue_arn: str = f"arn:aws:sqs:{_NO_REGION}:{_NO_ACCOUNT}:local"
    region: str | None = None
    """The region that the handler's clients use. None: as this shell has it."""
    timeout: float = 30.0
    """Seconds that one invocation may take."""
    memory: int = 256
    """MB. The context says so; nothing here limits it."""
    batch_size: int = 10
    """Messages an invocation gets at the most."""
    partial_batch_responses: bool = True
    """Whether the answer says which messages failed; otherwise it is ignored."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Its environment variables, over those of this shell."""
    not_set: Mapping[str, str] = field(default_factory=dict)
    """Variables that only AWS knows, as they name what the stack makes, each with its key in the settings."""
    notes: tuple[str, ...] = ()
    """What is otherwise than in Lambda, in sentences."""

    @property
    def arn(self) -> str:
        """The ARN under which it is invoked."""
        _, partition, _, region, account, _ = self.queue_arn.split(":", 5)
        return f"arn:{partition}:lambda:{region}:{account}:function:{self.name}"

    def with_variables(self, given: Mapping[str, str]) -> Function:
        """The same with more variables, over those that it has."""
        missing = {name: key for name, key in self.not_set.items() if name not in given}
        return replace(self, environment={**self.environment, **given}, not_set=missing)

    def variables(self, shell: Mapping[str, str], log_stream: str) -> dict[str, str]:
        """The environment that the handler finds: this shell's, Lambda's own, and the function's, without those of QUEUES."""
        region = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region} if self.region else {}
        of_lambda = {
            "AWS_LAMBDA_FUNCTION_NAME": self.name,  # Powertools' Idempotency has it in its keys
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "TZ": ":UTC",
            "_HANDLER": self.handler,
        }
        found = {**shell, **of_lambda, **region, **self.environment}
        return {name: value for name, value in found.items() if name not in QUEUES}


def of_settings(settings: EnvironmentSettings, key: str, handler: str | None = None, source: Path | None = None) -> Function:
    """A worker of `config/`. What stands in its settings is taken; nothing is asked of AWS, and nothing is guessed: variables
    with the names of tables and the like are `not_set`, so that no handler reaches a table that nobody has named.

    `handler` and `source` count before the settings'. Raises UsageError where these have no Python in a folder here.
    """
    from queuesmith.readers.local_code import folder_of  # loads pydantic

    worker = settings.workers[key]
    function, queue = worker.function, worker.existing_queue
    if handler is None:
        _refuse_what_is_no_python(function, f"workers.{key}.function", f"config/{settings.environment}.toml")
    account = settings.allowed_account_ids[0] if settings.allowed_account_ids else _NO_ACCOUNT
    plain, named = _variables(worker)
    return Function(
        source or folder_of(key, function),
        handler or function.handler,
        name=worker.name,
        queue_arn=queue.arn if queue else queue_arn(settings.region, account, worker.queue_name),
        region=settings.region,
        timeout=float(function.timeout),
        memory=function.memory,
        batch_size=worker.source.batch_size,
        partial_batch_responses=worker.source.partial_batch_responses,
        environment=plain,
        not_set=named,
        notes=tuple(_notes(worker)),
    )


def _refuse_what_is_no_python(function: FunctionSettings, where: str, file: str) -> None:
    way_out = f"Name a Python handler: --handler MODULE.FUNCTION --source FOLDER ({file})"
    if function.artifact.image is not None:
        raise UsageError(f"{where}.artifact is an image, so its handler is not in the settings. {way_out}")
    if not function.runtime.startswith("python"):
        raise UsageError(f"{where}.runtime is {function.runtime}, but only Python is run here. {way_out}")


def _notes(worker: WorkerSettings) -> Iterator[str]:
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if worker.failures.dead_letter_at_once:
        yield "Messages that it would send to the DLQ at once show as failed, and its log says why."
    if worker.source.filters:
        yield "source.filters are not applied: Lambda deletes what matches none of them, and does not hand it over."
    if worker.function.runtime != here:
        yield f"This Python is {here}, and the function's runtime {worker.function.runtime}."


def of_code(
    source: Path, handler: str, *, name: str | None = None, queue: str | None = None, region: str | None = None
) -> Function:
    """A function of which only the code is known: the folder is the root of its zip. `queue` is a name, a URL or an ARN.

    Raises UsageError for half an ARN.
    """
    where = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    called = (queue or name or "local").rsplit("/", 1)[-1]
    if called.startswith("arn:") and called.count(":") != 5:
        raise UsageError(f'--queue is "{queue}", which is no ARN of a queue: arn:aws:sqs:REGION:ACCOUNT:NAME')
    arn = called if called.startswith("arn:") else queue_arn(where or _NO_REGION, _NO_ACCOUNT, called)
    return Function(source, handler, packaged=False, name=name or arn.rsplit(":", 1)[-1], queue_arn=arn, region=where)


@dataclass(frozen=True)
class _Unknown:
    """What a variable holds that names something of AWS, by its key in the settings."""

    key: str


def _variables(worker: WorkerSettings) -> tuple[dict[str, str], dict[str, str]]:
    """The variables whose values stand in the settings, and the keys of what the others name."""
    made = worker.variables({key: _Unknown(key) for key in worker.uses})
    plain = {name: value for name, value in made.items() if isinstance(value, str) and name != _TRACING}
    named = {name: value.key for name, value in made.items() if isinstance(value, _Unknown) and name not in QUEUES}
    return plain, named


def as_deployed(function: Function, configuration: Mapping[str, Any]) -> Function:
    """With the variables of a deployed function, over those of the settings. `configuration` is GetFunctionConfiguration's
    answer about the alias or version that the mapping calls.

    Raises AccessDeniedError where the caller may not decrypt them.
    """
    environment = configuration.get("Environment") or {}
    if error := environment.get("Error"):
        name, why = configuration.get("FunctionName"), error.get("Message", error.get("ErrorCode"))
        raise AccessDeniedError(
            f"The environment variables of {name} cannot be read: {one_line(str(why))}. Give those needed with --env"
        )
    variables = {name: value for name, value in environment.get("Variables", {}).items() if name != _TRACING}
    return function.with_variables(variables)


def of_queue(function: Function, queue: str | None, dead_letter_queue_arn: str) -> Function:
    """With the ARN that its queue really has: it is in the account and region of its DLQ, and is FIFO if that is. So nobody has
    to ask SQS. `queue` is a name, a URL or an ARN; None: as it was thought to be.
    """
    place, _, dead_letters = dead_letter_queue_arn.rpartition(":")
    name = (queue or function.queue_arn).rsplit("/", 1)[-1].rsplit(":", 1)[-1].removesuffix(FIFO)
    return replace(function, queue_arn=f"{place}:{name}{FIFO if is_fifo(dead_letters) else ''}")


def shell_of(connection: Connection, environment: Mapping[str, str]) -> dict[str, str]:
    """A shell's variables, in which boto3 finds the profile and the endpoint of a connection.

    With a profile the keys in the environment are left out: boto3 would use them before AWS_PROFILE.
    """
    found = dict(environment)
    if connection.profile:
        found = {name: value for name, value in found.items() if name not in _KEYS} | {"AWS_PROFILE": connection.profile}
    if connection.region:
        found |= {"AWS_REGION": connection.region, "AWS_DEFAULT_REGION": connection.region}
    if connection.endpoint_url:
        found["AWS_ENDPOINT_URL"] = connection.endpoint_url
    return found
