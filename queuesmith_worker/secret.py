"""A secret that a worker reads while it runs: in its environment there is only the ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, core_schema

from queuesmith_worker.redaction import hide

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

NO_ARN = "no_arn"
"""The kind of error for which no value is shown: somebody may have put the secret itself there."""
MAX_AGE = 300
"""Seconds for which a value is kept before it is read again."""


class Secret:
    """A secret of Secrets Manager or a parameter of the SSM Parameter Store, by its ARN.

    As a field of a worker's settings it is the variable that `secrets.KEY.variable` or `parameters.KEY.variable` names.
    """

    def __init__(self, arn: str, max_age: int = MAX_AGE) -> None:
        self.arn, self._max_age = arn, max_age
        if arn.split(":")[2:3] not in (["secretsmanager"], ["ssm"]):
            text = "holds neither the ARN of a secret of Secrets Manager nor that of a parameter of SSM"
            raise PydanticCustomError(NO_ARN, text)  # which is a ValueError too

    @property
    def value(self) -> str:
        """What it holds now, or held at most `max_age` seconds ago. What the worker logs afterwards has it masked.

        Raises Powertools' GetParameterError where it cannot be read: the message comes back.
        """
        from aws_lambda_powertools.utilities import parameters  # takes long to load, and not every worker has a secret

        found: Any
        if self.arn.split(":")[2] == "secretsmanager":
            found = parameters.get_secret(self.arn, max_age=self._max_age)
        else:
            found = parameters.get_parameter(self.arn, decrypt=True, max_age=self._max_age)
        text = found.decode() if isinstance(found, bytes) else str(found)
        hide(text)
        return text

    def __repr__(self) -> str:
        return f"Secret({self.arn!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
