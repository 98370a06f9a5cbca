"""A connection to AWS: a profile, a region and an endpoint as boto3 accepts them. The first client loads boto3."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from queuesmith.common.errors import UsageError
from queuesmith.common.queue_names import queue_arn

_RESOURCE_PARAMETERS = (
    "QueueName",
    "SourceArn",
    "EventSourceArn",
    "FunctionName",
    "UUID",
    "logGroupName",
    "RoleName",
    "PolicyArn",
    "KeyId",
)
"""Request parameters that name the resource, in addition to QueueUrl."""
_PARAMETERS = "queuesmith.parameters"
_CREATING = threading.RLock()
"""Creating boto3 clients is not thread-safe. Using them is."""
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True)
class Connection:
    """Creates clients. boto3 reads the values that are None from the environment and `~/.aws`."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    """The endpoint of every service; None: boto3 reads `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`."""
    _clients: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def in_region(self, region: str) -> Connection:
        """The same connection, with this region if it has none."""
        return self if self.region else replace(self, region=region, _clients={})

    def client(self, service: str) -> Any:
        """The client of a service. Each is created once, also if several threads need it simultaneously.

        Raises botocore's errors if there is no region or no such profile.
        """
        with _CREATING:
            if service not in self._clients:
                self._clients[service] = self._new_client(service)
            return self._clients[service]

    def _new_client(self, service: str) -> Any:
        from botocore.config import Config

        config = Config(retries={"mode": "standard", "max_attempts": 5}, user_agent_extra="queuesmith")
        try:
            client = self._session().client(service, endpoint_url=self.endpoint_url, config=config)
        except ValueError as error:  # botocore raises it for an invalid URL
            raise UsageError(f"--endpoint-url, or AWS_ENDPOINT_URL: {error}") from error
        client.meta.events.register("before-parameter-build", _store_parameters)
        client.meta.events.register("after-call", _add_resource)
        return client

    def shell_variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """A shell's variables with the profile, region and endpoint of this connection, for boto3 in another process.

        With a profile, the keys in the environment are removed, because boto3 prefers them to AWS_PROFILE.
        """
        variables = dict(environment)
        if self.profile:
            variables = {name: value for name, value in variables.items() if name not in _KEYS}
            variables["AWS_PROFILE"] = self.profile
        if self.region:
            variables |= {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.endpoint_url:
            variables["AWS_ENDPOINT_URL"] = self.endpoint_url
        return variables

    def _session(self) -> Any:
        if "" not in self._clients:
            import boto3

            self._clients[""] = boto3.Session(profile_name=self.profile, region_name=self.region)
        return self._clients[""]


def response_date(response: Mapping[str, Any]) -> datetime | None:
    """When AWS sent a response, by its own clock, in whole seconds; None if the response has no date."""
    try:
        return parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"])
    except (KeyError, TypeError, ValueError):
        return None


def _store_parameters(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context[_PARAMETERS] = params


def _add_resource(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Add the resource of the request to an error, because not every error of AWS names it."""
    error, parameters = parsed.get("Error"), context.get(_PARAMETERS, {})
    if not error:
        return
    if "QueueUrl" in parameters:
        host, account, name = ["", "", *str(parameters["QueueUrl"]).split("/")][-3:]
        region = str(context.get("client_region") or host.removeprefix("sqs.").split(".")[0])
        error["Resource"] = queue_arn(region, account, name)
    else:
        error["Resource"] = next((str(parameters[name]) for name in _RESOURCE_PARAMETERS if name in parameters), "")
