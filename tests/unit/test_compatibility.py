"""docs/compatibility.md lists the calls in the source. The comparison with botocore's models finds mistakes in responses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from tests.compatibility.calls import calls_in_file, calls_in_source
from tests.compatibility.comparison import Observed, differences
from tests.compatibility.model import problems, request_problems, response_value
from tests.compatibility.page import calls_on_page


def test_page_lists_exactly_the_calls_in_the_source() -> None:
    assert calls_on_page() == calls_in_source().keys(), "Record them, and write the page: python -m tests.compatibility"


def test_call_of_an_unknown_client_is_an_error(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def find(thing):\n    return thing.get_queue_url(QueueName='x')\n")
    with pytest.raises(ValueError, match=r"module.py:2: thing.get_queue_url: add its client to CLIENTS"):
        list(calls_in_file(module))


def found(service: str, operation: str, body: str) -> list[str]:
    model = get_session().get_service_model(service).operation_model(operation)
    value = response_value(model, body.encode())
    return list(problems(value, model.output_shape))


GOOD = {"Messages": [{"MessageId": "m", "Body": "x", "Attributes": {"SenderId": "a"}}]}


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({}, []),
        ({"Colour": "red"}, ["Messages[].Colour is not in the model"]),
        ({"Body": 7}, ["Messages[].Body is int instead of string"]),
        ({"Body": None}, ["Messages[].Body is null instead of string"]),
        ({"Attributes": []}, ["Messages[].Attributes is list instead of map"]),
        ({"Attributes": {"Age": "1"}}, ["Messages[].Attributes.Age (name) is 'Age', which is not in the model"]),
    ],
)
def test_mistake_in_a_json_response_is_found(message: dict[str, Any], problem: list[str]) -> None:
    body = {"Messages": [{**GOOD["Messages"][0], **message}]}
    assert found("sqs", "ReceiveMessage", json.dumps(body)) == problem


def test_missing_required_field_is_found() -> None:
    assert found("sqs", "SendMessageBatch", '{"Successful": []}') == ["Failed is missing"]


def test_mistakes_in_an_xml_response_are_found() -> None:
    result = "<PolicyNames><member>a</member></PolicyNames><IsTruncated>maybe</IsTruncated><Colour>red</Colour>"
    body = f'<Response xmlns="https://iam"><ListRolePoliciesResult>{result}</ListRolePoliciesResult></Response>'
    assert found("iam", "ListRolePolicies", body) == ["IsTruncated is str instead of boolean", "Colour is not in the model"]


def test_value_that_an_enumeration_lacks_is_found_in_a_request() -> None:
    model = get_session().get_service_model("sqs").operation_model("GetQueueAttributes")
    assert list(request_problems({"QueueUrl": "u", "AttributeNames": ["QueueArn"]}, model)) == []
    assert list(request_problems({"QueueUrl": "u", "AttributeNames": ["Colour"]}, model)) == [
        "AttributeNames[] is 'Colour', which is not in the model"
    ]


def test_only_the_outermost_omitted_field_is_a_difference() -> None:
    one = Observed(succeeded=True, fields={"Role", "Role.Arn"})
    other = Observed(succeeded=True, fields={"Role"})
    missing = Observed(errors={"InvalidAction"})
    assert differences({"a": one, "b": other}) == ["b omits Role.Arn"]
    assert differences({"a": one, "b": Observed(succeeded=True)}) == ["b omits Role"]
    assert differences({"a": one, "b": missing}) == ["b returns InvalidAction"]
