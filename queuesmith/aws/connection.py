"""How AWS is reached: a profile, a region and an endpoint, each as boto3 takes it. boto3 is loaded with the first client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from queuesmith.common.errors import UsageError
from queuesmith.common.queue_names import queue_arn

_RESOURCES = (
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
"""Parameters that say what a request is about, beside QueueUrl."""
_GIVEN = "queuesmith.parameters"


@dataclass(frozen=True)
class Connection:
    """Makes clients. What is left out is what boto3 finds in the environment and in `~/.aws`."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    """For every service; left out, `AWS_ENDPOINT_URL` and its siblings count, as boto3 reads them."""
    _made: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def in_region(self, region: str) -> Connection:
        """The same, in a region where none was named."""
        return self if self.region else replace(self, region=region, _made={})

    def client(self, service: str) -> Any:
        """A client of a service, made once. Raises what botocore raises where there is no region or no such profile."""
        if service not in self._made:
            from botocore.config import Config

            config = Config(retries={"mode": "standard", "max_attempts": 5}, user_agent_extra="queuesmith")
            try:
                client = self._session().client(service, endpoint_url=self.endpoint_url, config=config)
            except ValueError as error:  # botocore's, for what is no URL
                raise UsageError(f"--endpoint-url, or AWS_ENDPOINT_URL: {error}") from error
            client.meta.events.register("before-parameter-build", _remember)
            client.meta.events.register("after-call", _name_the_resource)
            self._made[service] = client
        return self._made[service]

    def _session(self) -> Any:
        if "" not in self._made:
            import boto3

            self._made[""] = boto3.Session(profile_name=self.profile, region_name=self.region)
        return self._made[""]


def answered_at(answer: Mapping[str, Any]) -> datetime | None:
    """When AWS answered, by its own clock and in whole seconds; None where the answer does not say."""
    try:
        return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    except (KeyError, TypeError, ValueError):
        return None


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context[_GIVEN] = params


def _name_the_resource(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Say in an error what its request was about: not every refusal of AWS does."""
    error, given = parsed.get("Error"), context.get(_GIVEN, {})
    if not error:
        return
    if "QueueUrl" in given:
        host, account, name = ["", "", *str(given["QueueUrl"]).split("/")][-3:]
        region = str(context.get("client_region") or host.removeprefix("sqs.").split(".")[0])
        error["Resource"] = queue_arn(region, account, name)
    else:
        error["Resource"] = next((str(given[name]) for name in _RESOURCES if name in given), "")
