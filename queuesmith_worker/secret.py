"""A secret that a worker reads at run time. Its environment contains only the ARN."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, core_schema

from queuesmith_worker.redaction import register_secret

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

NO_ARN = "no_arn"
"""The type of the error whose value is not shown, because the variable can contain the secret itself by mistake."""
MAX_AGE = 300
"""Seconds for which a value is cached before it is read again."""


_lock = threading.Lock()


class Secret:
    """A secret in Secrets Manager or a parameter in the SSM Parameter Store.

    Use it as the type of a field of a worker's settings. The field's environment variable is the one that
    `secrets.KEY.variable` or `parameters.KEY.variable` names.

    Parameters
    ----------
    arn
        The ARN of the secret or parameter.
    max_age
        Seconds for which the value is cached.

    Raises
    ------
    PydanticCustomError
        If `arn` is not the ARN of a secret or parameter. This error is a ValueError.

    Example
    -------
        class MailSettings(HandlerSettings):
            smtp_secret: Secret

        settings = MailSettings.from_environment()
        login(settings.smtp_secret.value)

    """

    def __init__(self, arn: str, max_age: int = MAX_AGE) -> None:
        self.arn, self._max_age = arn, max_age
        if arn.split(":")[2:3] not in (["secretsmanager"], ["ssm"]):
            text = "does not contain the ARN of a secret in Secrets Manager or of a parameter in the SSM Parameter Store"
            raise PydanticCustomError(NO_ARN, text)

    @property
    def value(self) -> str:
        """The secret's value, at most `max_age` seconds old. It is masked in everything that the worker logs afterwards.

        Raises
        ------
        aws_lambda_powertools.utilities.parameters.GetParameterError
            If the value cannot be read. The message then returns to the queue.

        """
        from aws_lambda_powertools.utilities import parameters  # slow to load, and not every worker has a secret

        value: Any
        with _lock:  # one thread reads the value, and the others find it in the cache
            value = self._read(parameters)
        text = value.decode() if isinstance(value, bytes) else str(value)
        register_secret(text)
        return text

    def _read(self, parameters: Any) -> Any:
        if self.arn.split(":")[2] == "secretsmanager":
            return parameters.get_secret(self.arn, max_age=self._max_age)
        return parameters.get_parameter(self.arn, decrypt=True, max_age=self._max_age)

    def __repr__(self) -> str:
        return f"Secret({self.arn!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
