"""How AWS is reached: a profile, a region and an endpoint, each as boto3 takes it. boto3 is loaded with the first client."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any


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
            self._made[service] = self._session().client(service, endpoint_url=self.endpoint_url, config=config)
        return self._made[service]

    def _session(self) -> Any:
        if "" not in self._made:
            import boto3

            self._made[""] = boto3.Session(profile_name=self.profile, region_name=self.region)
        return self._made[""]
