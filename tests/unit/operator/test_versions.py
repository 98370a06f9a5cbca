"""The function version that the mapping calls, and the version that is read if the mapping is unknown."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from queuesmith.aws.worker import DeployedWorker, WorkerNames, function_name, qualifier_of
from queuesmith.common.errors import NotFoundError, UsageError

ARN = "arn:aws:lambda:eu-central-1:111111111111:function:orders"


@pytest.mark.parametrize("name", ["orders", "111111111111:function:orders", ARN])
@pytest.mark.parametrize(("behind", "qualifier"), [("", None), (":live", "live"), (":7", "7"), (":$LATEST", None)])
def test_a_name_says_its_version(name: str, behind: str, qualifier: str | None) -> None:
    assert (function_name(name + behind), qualifier_of(name + behind)) == ("orders", qualifier)


def reading(names: WorkerNames, ask: Callable[[], str]) -> list[dict[str, str]]:
    """The arguments of GetFunctionConfiguration. `ask` returns the ARN that the mapping calls, or raises."""
    asked: list[dict[str, str]] = []

    class Reading(DeployedWorker):
        @property
        def mapping(self) -> dict[str, Any]:
            return {"FunctionArn": ask()}

    def configuration(**given: str) -> dict[str, Any]:
        asked.append(given)
        return {}

    connection: Any = SimpleNamespace(client=lambda _: SimpleNamespace(get_function_configuration=configuration))
    assert Reading(names, connection).function == {}
    return asked


def raising(error: Exception) -> Callable[[], str]:
    def ask() -> str:
        raise error

    return ask


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "m"}}, "ListEventSourceMappings")


@pytest.mark.parametrize(
    ("names", "ask", "qualifier"),
    [
        (WorkerNames("orders", function="orders"), lambda: f"{ARN}:live", "live"),
        (WorkerNames("orders", function="orders", alias="old"), lambda: f"{ARN}:live", "live"),
        (WorkerNames("orders", function="orders:named"), lambda: f"{ARN}:live", "named"),
        (WorkerNames("orders", function="orders"), lambda: ARN, None),
        (WorkerNames("orders", function="orders", alias="live"), raising(NotFoundError("none")), "live"),
        (WorkerNames("orders", function="orders", alias="live"), raising(UsageError("several")), "live"),
        (WorkerNames("orders", function="orders", alias="live"), raising(refused("AccessDenied")), "live"),
        (WorkerNames("orders", function="orders"), raising(refused("AccessDenied")), None),
    ],
)
def test_the_version_that_the_mapping_calls_is_read(names: WorkerNames, ask: Callable[[], str], qualifier: str | None) -> None:
    assert reading(names, ask) == [{"FunctionName": "orders", **({"Qualifier": qualifier} if qualifier else {})}]


def test_another_error_of_the_mapping_is_raised() -> None:
    with pytest.raises(ClientError):
        reading(WorkerNames("orders", function="orders"), raising(refused("InternalError")))
