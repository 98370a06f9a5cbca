"""Prepared responses of Lambda and CodeDeploy for releases of one function. botocore validates them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.stub import Stubber

from queuesmith.operations import Release
from tests.unit.operator.conftest import client

FIRING = "One or more alarms have been activated: prod-orders-errors"


class Account:
    """The responses of Lambda and CodeDeploy, in order."""

    def __init__(self, function: str) -> None:
        self.function = function
        self.release = Release(client("lambda"), client("codedeploy"), function, "live")
        self.functions, self.codedeploy = Stubber(self.release.functions), Stubber(self.release.codedeploy)

    def alias(self, version: int, **weights: float) -> None:
        routing = {"AdditionalVersionWeights": {key.strip("v"): value for key, value in weights.items()}}
        self.functions.add_response(
            "get_alias",
            {"FunctionVersion": str(version), "RoutingConfig": routing},
            {"FunctionName": self.function, "Name": "live"},
        )

    def deployment(self, status: str, id: str = "d-1", **more: Any) -> None:
        about = {"deploymentId": id, "status": status, "description": "prod-orders live: version 7 to 8", **more}
        self.codedeploy.add_response("get_deployment", {"deploymentInfo": about}, {"deploymentId": id})

    def unfinished(self, *ids: str) -> None:
        group = {"applicationName": self.function, "deploymentGroupName": self.function}
        request = {**group, "includeOnlyStatuses": ["Created", "Queued", "InProgress"]}
        self.codedeploy.add_response("list_deployments", {"deployments": list(ids)}, request)

    def versions(self, *numbers: int) -> None:
        """The published versions. Lambda lists the unpublished one too."""
        listed = [{"Version": "$LATEST"}, *({"Version": str(number)} for number in numbers)]
        self.functions.add_response("list_versions_by_function", {"Versions": listed}, {"FunctionName": self.function})

    @property
    def clients(self) -> dict[str, Any]:
        """The clients, by service."""
        return {"lambda": self.release.functions, "codedeploy": self.release.codedeploy}


@contextmanager
def release_account(function: str = "prod-orders") -> Iterator[Account]:
    """An account, all of whose responses must be used."""
    account = Account(function)
    with account.functions, account.codedeploy:
        yield account
        account.functions.assert_no_pending_responses()
        account.codedeploy.assert_no_pending_responses()
