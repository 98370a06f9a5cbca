"""Settings whose handler is not in the package are refused, unless a layer can contain it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from queuesmith.checks.worker_check import check_worker
from queuesmith.readers.local_code import code_problem
from tests.checking import TODAY
from tests.unit.conftest import Worker


def test_a_handler_that_is_not_in_the_zip_is_refused(worker: Worker, package: Path) -> None:
    (finding,) = check_worker("orders", worker(function={"handler": "main.lambda_handlr"}), TODAY)
    assert (finding.rule, finding.message) == (
        "QL204",
        'function.handler is "main.lambda_handlr", but main.py in orders.zip has no function lambda_handlr',
    )
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("other.py", "")
    (finding,) = check_worker("orders", worker(), TODAY)
    assert finding.message == 'function.handler is "main.lambda_handler", but orders.zip does not contain main.py'


def test_handler_that_is_not_in_the_zip_can_be_in_a_layer(worker: Worker, package: Path) -> None:
    layer = "arn:aws:lambda:eu-west-1:123456789012:layer:datadog:3"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("main.py", "def lambda_handler(event, context): ...")
    function = {"handler": "datadog_lambda.handler.handler", "layers": [layer]}
    assert check_worker("orders", worker(function=function), TODAY) == []
    (finding,) = check_worker("orders", worker(function={"handler": "main.handle", "layers": [layer]}), TODAY)
    assert finding.message == 'function.handler is "main.handle", but main.py in orders.zip has no function handle'


def test_handler_that_is_not_in_the_code_can_be_in_a_layer(worker: Worker) -> None:
    function = {"handler": "datadog_lambda.handler.handler"}
    problem = code_problem("orders", worker(function=function).function)
    assert problem is not None
    assert problem[1].startswith('function.handler is "datadog_lambda.handler.handler", but datadog_lambda/')
    layers = ["arn:aws:lambda:eu-west-1:123456789012:layer:datadog:3"]
    assert code_problem("orders", worker(function={**function, "layers": layers}).function) is None
