"""Secrets and parameters that workers name, made where the local AWS does not have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from queuesmith.aws.refusals import code_of
from queuesmith.local.emulator import Endpoint

if TYPE_CHECKING:
    from queuesmith.settings.environment import EnvironmentSettings

_PLACEHOLDER = "local"
"""Their value: what they are for is not known here. A parameter is plain text, which is read with and without decryption."""


def make_placeholders(settings: EnvironmentSettings, endpoint: Endpoint) -> list[str]:
    """Make what is named and missing; `secret shop/smtp`, `parameter /shop/limit` for each. What is given by ARN is left
    alone: it may be anybody's.
    """
    workers = settings.workers.values()
    secrets = dict.fromkeys(secret.name for worker in workers for secret in worker.secrets.values() if secret.name)
    parameters = dict.fromkeys(each.name for worker in workers for each in worker.parameters.values() if each.name)
    made = []
    if secrets:
        client = endpoint.client("secretsmanager", settings.region)
        made += [f"secret {name}" for name in secrets if _made(client.create_secret, Name=name, SecretString=_PLACEHOLDER)]
    if parameters:
        put = endpoint.client("ssm", settings.region).put_parameter
        made += [f"parameter {name}" for name in parameters if _made(put, Name=name, Value=_PLACEHOLDER, Type="String")]
    return made


def _made(make: Any, **arguments: str) -> bool:
    try:
        make(**arguments)
    except ClientError as error:
        if code_of(error) in {"ResourceExistsException", "ParameterAlreadyExists"}:
            return False
        raise
    return True
