"""The function to run is known from the settings, from the deployment, or only from its code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from queuesmith.aws.connection import Connection
from queuesmith.common.errors import AccessDeniedError, UsageError
from queuesmith.operations.invocation.local_function import LocalFunction
from queuesmith.settings.environment import EnvironmentSettings
from tests.programs.invocation.handler import ARN


def settings(**worker: Any) -> EnvironmentSettings:
    function = {"artifact": {"zip": "build/orders.zip"}, "timeout": 7, "memory": 512, **worker.pop("function", {})}
    return EnvironmentSettings.model_validate(
        {
            "environment": "dev",
            "region": "eu-west-1",
            "backend": {"type": "local"},
            "tables": {"orders": {"partition_key": "order_id"}},
            "workers": {"orders": {"function": function, **worker}},
        }
    )


def test_only_literal_variables_of_the_settings_are_used() -> None:
    found = LocalFunction.from_settings(
        settings(
            function={"environment": {"MODE": "fast"}, "tracing": True},
            failures={"send_to_dlq_immediately": True, "backoff": {"base": 2, "cap": 9}},
            tables={"orders": {"operations": ["PutItem"], "variable": "ORDERS_TABLE"}},
            source={
                "batch_size": 50,
                "batching_window": 1,
                "filters": ['{"body":{"a":[1]}}'],
            },
        ),
        "orders",
    )
    assert found.environment == {
        "POWERTOOLS_SERVICE_NAME": "dev-orders",
        "WORKER_BACKOFF_BASE": "2",
        "WORKER_BACKOFF_CAP": "9",
        "WORKER_MAX_RECEIVE_COUNT": "5",
        "MODE": "fast",
    }
    assert found.unset == {"ORDERS_TABLE": "tables.orders"}
    assert (found.timeout, found.memory, found.batch_size, found.partial_batch_responses) == (7.0, 512, 50, True)
    assert (found.name, found.queue_arn) == ("dev-orders", "arn:aws:sqs:eu-west-1:000000000000:dev-orders")
    assert found.with_variables({"ORDERS_TABLE": "orders"}).unset == {}
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    runtime = [f"This Python is {here}, but the function's runtime is python3.13."] if here != "python3.13" else []
    assert list(found.notes) == [
        "Messages that the handler would send to the DLQ are shown as failed. The log contains the reason.",
        "source.filters are not applied. Lambda deletes messages that match no filter, and does not invoke the function.",
        *runtime,
    ]


def test_handler_gets_that_partial_responses_are_disabled() -> None:
    found = LocalFunction.from_settings(settings(source={"partial_batch_responses": False}), "orders")
    assert not found.partial_batch_responses
    assert found.environment["WORKER_PARTIAL_BATCH_RESPONSES"] == "false"


def test_arn_has_the_account_and_the_name_of_the_queue() -> None:
    assert LocalFunction.from_settings(settings(queue={"fifo": True}), "orders").queue_arn.endswith(":dev-orders.fifo")
    there = settings(existing_queue={"arn": ARN, "dead_letter_queue_arn": f"{ARN}-dlq", "visibility_timeout": 60})
    assert LocalFunction.from_settings(there, "orders").queue_arn == ARN
    china = settings().model_copy(update={"region": "cn-north-1", "allowed_account_ids": ("222222222222",)})
    assert LocalFunction.from_settings(china, "orders").queue_arn == "arn:aws-cn:sqs:cn-north-1:222222222222:dev-orders"
    assert LocalFunction.from_settings(china, "orders").arn == "arn:aws-cn:lambda:cn-north-1:222222222222:function:dev-orders"


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (
            {"runtime": "nodejs22.x"},
            "workers.orders.function.runtime in config/dev.toml is nodejs22.x, but queuesmith invoke runs only Python. "
            "To run a Python handler: --handler MODULE.FUNCTION --code FOLDER",
        ),
        (
            {"artifact": {"image": f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:{'0' * 64}"}},
            "workers.orders.function.artifact in config/dev.toml is an image, so its handler is unknown. "
            "To run a Python handler: --handler MODULE.FUNCTION --code FOLDER",
        ),
    ],
)
def test_other_runtime_is_refused_unless_a_handler_is_named(function: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError) as error:
        LocalFunction.from_settings(settings(function=function), "orders")
    assert str(error.value) == text
    named = LocalFunction.from_settings(settings(function=function), "orders", "app.handle", Path("src"))
    assert (named.handler, named.code) == ("app.handle", Path("src"))


def test_unknown_function_is_named_after_its_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    bare = LocalFunction.from_code(Path("src"), "app.handle")
    assert (bare.name, bare.queue_arn, bare.region) == ("local", "arn:aws:sqs:us-east-1:000000000000:local", None)
    by_url = LocalFunction.from_code(
        Path("src"), "app.handle", queue="https://sqs.eu-west-1.amazonaws.com/1/mail.fifo", region="eu-west-1"
    )
    assert by_url.queue_arn == "arn:aws:sqs:eu-west-1:000000000000:mail.fifo"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    assert LocalFunction.from_code(Path("src"), "app.handle", name="mailer", queue=ARN).region == "eu-north-1"
    assert LocalFunction.from_code(Path("src"), "app.handle", name="mailer", queue=ARN).queue_arn == ARN


def test_variables_that_cannot_be_decrypted_are_reported() -> None:
    configuration = {"FunctionName": "dev-orders", "Environment": {"Error": {"ErrorCode": "AccessDenied", "Message": "no key"}}}
    with pytest.raises(AccessDeniedError) as error:
        LocalFunction(Path("handlers")).with_deployed_variables(configuration)
    text = "The environment variables of dev-orders cannot be read: no key. Set those that the handler needs: --env NAME=VALUE"
    assert str(error.value) == text
    assert LocalFunction(Path("handlers")).with_deployed_variables({}).environment == {}


def test_handlers_clients_use_the_commands_profile_and_endpoint() -> None:
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_SESSION_TOKEN": "z", "HOME": "/"}
    assert Connection().shell_variables(keys) == keys
    assert Connection(profile="work").shell_variables(keys) == {"HOME": "/", "AWS_PROFILE": "work"}
    assert Connection(region="eu-west-1", endpoint_url="http://local").shell_variables({}) == {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://local",
    }
