"""Prepared responses of Lambda and CodeDeploy for releases of one function. botocore validates them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.stub import Stubber

from queuesmith.operations import Release
from tests.unit.operator.conftest import client

GROUP = {"applicationName": "prod-orders", "deploymentGroupName": "prod-orders"}
FIRING = "One or more alarms have been activated: prod-orders-errors"


class Account:
    """The responses of Lambda and CodeDeploy, in order."""

    def __init__(self) -> None:
        self.release = Release(client("lambda"), client("codedeploy"), "prod-orders", "live")
        self.functions, self.codedeploy = Stubber(self.release.functions), Stubber(self.release.codedeploy)

    def alias(self, version: int, **weights: float) -> None:
        routing = {"AdditionalVersionWeights": {key.strip("v"): value for key, value in weights.items()}}
        self.functions.add_response(
            "get_alias",
            {"FunctionVersion": str(version), "RoutingConfig": routing},
            {"FunctionName": "prod-orders", "Name": "live"},
        )

    def deployment(self, status: str, id: str = "d-1", **more: Any) -> None:
        about = {"deploymentId": id, "status": status, "description": "prod-orders live: version 7 to 8", **more}
        self.codedeploy.add_response("get_deployment", {"deploymentInfo": about}, {"deploymentId": id})

    def unfinished(self, *ids: str) -> None:
        statuses = ["Created", "Queued", "InProgress"]
        self.codedeploy.add_response("list_deployments", {"deployments": list(ids)}, {**GROUP, "includeOnlyStatuses": statuses})


@contextmanager
def release_account() -> Iterator[Account]:
    """An account, all of whose responses must be used."""
    account = Account()
    with account.functions, account.codedeploy:
        yield account
        account.functions.assert_no_pending_responses()
        account.codedeploy.assert_no_pending_responses()
