"""A function that `queuesmith invoke` runs, described by the settings, the deployed function, or arguments."""

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
    from queuesmith.settings.environment import EnvironmentSettings
    from queuesmith.settings.function import FunctionSettings
    from queuesmith.settings.worker import WorkerSettings

__all__ = ["QUEUE_VARIABLES", "LocalFunction"]
QUEUE_VARIABLES = ("WORKER_DEAD_LETTER_QUEUE_URL", "WORKER_QUEUE_URL")
"""The variables by which `queuesmith_worker` finds its queue and DLQ. They are not passed to a handler that runs on this
machine, so that it cannot change either queue.
"""
_TRACING = "WORKER_TRACING"
"""Not passed either: no X-Ray daemon runs here, and only the function's package contains the SDK."""
_NO_ACCOUNT, _NO_REGION = "000000000000", "us-east-1"
"""Used in ARNs if the account or the region is unknown."""


@dataclass(frozen=True)
class LocalFunction:
    """A Python function, and the configuration that Lambda would have for it."""

    code: Path
    """The folder with its code."""
    handler: str = "main.lambda_handler"
    """Module and function."""
    packaged: bool = True
    """Whether the code has the layout of a zip from `queuesmith package`. True: in the zip, the folder has the same path as in
    the project, and a second copy of its main.py is at the root. False: the folder is the root of the zip."""
    name: str = "local"
    queue_arn: str = f"arn:aws:sqs:{_NO_REGION}:{_NO_ACCOUNT}:local"
    region: str | None = None
    """The region of the handler's clients; None: the shell's region."""
    timeout: float = 30.0
    """Seconds for one invocation."""
    memory: int = 256
    """MB. It is only passed in the context: memory is not limited on this machine."""
    batch_size: int = 10
    """The largest number of messages in one invocation."""
    partial_batch_responses: bool = True
    """Whether the response names the failed messages. Otherwise it is ignored."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Its environment variables. They override the shell's."""
    unset: Mapping[str, str] = field(default_factory=dict)
    """The environment variables without a value, because it would be the name of a deployed resource, and the settings do not
    contain that name. Maps each variable to its key in the settings."""
    notes: tuple[str, ...] = ()
    """Differences from Lambda, in sentences."""

    @classmethod
    def from_settings(
        cls, settings: EnvironmentSettings, key: str, handler: str | None = None, code: Path | None = None
    ) -> LocalFunction:
        """The function of a worker in `config/`.

        AWS is not called, and unknown values are not guessed: variables with names of tables and other resources are in
        `unset`, so that the handler cannot reach a table by accident. Raises UsageError if the settings have no Python code in
        a local folder.

        Parameters
        ----------
        settings
            The environment.
        key
            The worker's key.
        handler
            Overrides the handler in the settings.
        code
            Overrides the folder in the settings.

        """
        from queuesmith.readers.local_code import code_folder  # imported here because they load pydantic and the rules
        from queuesmith.rules import Unknown

        worker = settings.workers[key]
        function, queue = worker.function, worker.existing_queue
        if handler is None:
            _refuse_other_runtimes(function, f"workers.{key}.function", f"config/{settings.environment}.toml")
        account = settings.allowed_account_ids[0] if settings.allowed_account_ids else _NO_ACCOUNT
        values = worker.variables({path: Unknown(path) for path in worker.resource_paths})
        return cls(
            code or code_folder(key, function),
            handler or function.handler,
            name=worker.name,
            queue_arn=queue.arn if queue else queue_arn(settings.region, account, worker.queue_name),
            region=settings.region,
            timeout=float(function.timeout),
            memory=function.memory,
            batch_size=worker.source.batch_size,
            partial_batch_responses=worker.source.partial_batch_responses,
            environment={name: value for name, value in values.items() if isinstance(value, str) and name != _TRACING},
            unset={
                name: value.what for name, value in values.items() if isinstance(value, Unknown) and name not in QUEUE_VARIABLES
            },
            notes=tuple(_notes(worker)),
        )

    @classmethod
    def from_code(
        cls, code: Path, handler: str, *, name: str | None = None, queue: str | None = None, region: str | None = None
    ) -> LocalFunction:
        """A function that is described by its code only. The folder is the root of its zip. `queue` is a name, a URL or an ARN.

        Raises UsageError for an incomplete ARN.
        """
        region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        arn = (queue or name or "local").rsplit("/", 1)[-1]
        if not arn.startswith("arn:"):
            arn = queue_arn(region or _NO_REGION, _NO_ACCOUNT, arn)
        elif arn.count(":") != 5:
            raise UsageError(f'--queue is "{queue}", but an ARN of a queue has the form arn:aws:sqs:REGION:ACCOUNT:NAME')
        return cls(code, handler, packaged=False, name=name or arn.rsplit(":", 1)[-1], queue_arn=arn, region=region)

    @property
    def arn(self) -> str:
        """The ARN of the invoked function."""
        _, partition, _, region, account, _ = self.queue_arn.split(":", 5)
        return f"arn:{partition}:lambda:{region}:{account}:function:{self.name}"

    def with_variables(self, variables: Mapping[str, str]) -> LocalFunction:
        """A copy with more variables, which override existing ones."""
        unset = {name: key for name, key in self.unset.items() if name not in variables}
        return replace(self, environment={**self.environment, **variables}, unset=unset)

    def variables(self, shell: Mapping[str, str], log_stream: str) -> dict[str, str]:
        """The handler's environment: the shell's variables, Lambda's and the function's, without those in QUEUE_VARIABLES."""
        region = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region} if self.region else {}
        lambda_variables = {
            "AWS_LAMBDA_FUNCTION_NAME": self.name,  # Powertools Idempotency uses it in its keys
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "TZ": ":UTC",
            "_HANDLER": self.handler,
        }
        variables = {**shell, **lambda_variables, **region, **self.environment}
        return {name: value for name, value in variables.items() if name not in QUEUE_VARIABLES}

    def with_deployed_variables(self, configuration: Mapping[str, Any]) -> LocalFunction:
        """Add the variables of the deployed function, which override those of the settings.

        `configuration` is GetFunctionConfiguration's response for the alias or version that the event source mapping invokes.
        Raises AccessDeniedError if the caller is not allowed to decrypt the variables.
        """
        environment = configuration.get("Environment") or {}
        if error := environment.get("Error"):
            name, why = configuration.get("FunctionName"), error.get("Message", error.get("ErrorCode"))
            raise AccessDeniedError(
                f"The environment variables of {name} cannot be read: {one_line(str(why))}. Set those that the handler needs: "
                "--env NAME=VALUE"
            )
        variables = {name: value for name, value in environment.get("Variables", {}).items() if name != _TRACING}
        return self.with_variables(variables)

    def with_queue_of_dlq(self, queue: str | None, dead_letter_queue_arn: str) -> LocalFunction:
        """Set the queue's ARN from its DLQ's, without a request to SQS: both have the same account, region and type (FIFO or
        standard).

        `queue` is a name, a URL or an ARN; None: the name that the function already has.
        """
        prefix, _, dead_letters = dead_letter_queue_arn.rpartition(":")
        name = (queue or self.queue_arn).rsplit("/", 1)[-1].rsplit(":", 1)[-1].removesuffix(FIFO)
        return replace(self, queue_arn=f"{prefix}:{name}{FIFO if is_fifo(dead_letters) else ''}")


def _refuse_other_runtimes(function: FunctionSettings, where: str, file: str) -> None:
    fix = "To run a Python handler: --handler MODULE.FUNCTION --code FOLDER"
    if function.artifact.image is not None:
        raise UsageError(f"{where}.artifact in {file} is an image, so its handler is unknown. {fix}")
    if not function.runtime.startswith("python"):
        raise UsageError(f"{where}.runtime in {file} is {function.runtime}, but queuesmith invoke runs only Python. {fix}")


def _notes(worker: WorkerSettings) -> Iterator[str]:
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if worker.failures.send_to_dlq_immediately:
        yield "Messages that the handler would send to the DLQ are shown as failed. The log contains the reason."
    if worker.source.filters:
        yield "source.filters are not applied. Lambda deletes messages that match no filter, and does not invoke the function."
    if worker.function.runtime != python:
        yield f"This Python is {python}, but the function's runtime is {worker.function.runtime}."
