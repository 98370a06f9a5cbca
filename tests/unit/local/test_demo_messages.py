"""The messages of `queuesmith local demo`, and the workers and files that it refuses."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from handlers.orders.order import Order
from queuesmith.common.errors import UsageError
from queuesmith.local.demo import Demo, DemoResult
from queuesmith.local.demo_messages import demo_messages, read_example
from queuesmith.local.tally import Tally
from queuesmith.settings.environment import EnvironmentSettings
from queuesmith_worker.message import Parser
from queuesmith_worker.outcomes import InvalidMessageError
from tests.conftest import ROOT

ORDER = ROOT / "tests" / "messages" / "orders.json"
ACCESS = {"operations": ["PutItem"], "variable": "TABLE"}


def settings(worker: dict[str, Any] | None = None, **more: Any) -> EnvironmentSettings:
    """An environment with the worker `mail`, which by default writes to the table `mails`."""
    function = {"artifact": {"zip": "build/mail.zip"}}
    mail = {"function": function, "tables": {"mails": ACCESS}, **(worker or {})}
    tables = {"mails": {"partition_key": "id"}, "others": {"partition_key": "id"}}
    content = {"environment": "dev", "region": "eu-west-1", "backend": {"type": "local"}, "tables": tables}
    others = {name: {"function": function} for name in more.pop("others", ())}
    return EnvironmentSettings.model_validate({**content, "workers": {"mail": mail, **others}, **more})


def test_sample_messages_are_valid_except_for_five() -> None:
    bodies = demo_messages(read_example(ORDER, "order_id"), "order_id", 200)
    valid, invalid = [], []
    for body in bodies:
        try:
            valid.append(Parser[Order](Order).parse({"body": body}).order_id)
        except InvalidMessageError:
            invalid.append(body)
    assert (len(set(bodies)), len(set(valid)), len(invalid)) == (200, 195, 5)
    assert valid[:2] == ["order-00001", "order-00002"]
    assert [bodies.index(body) for body in invalid] == [20, 60, 100, 140, 180]


def test_fewest_messages_contain_all_invalid_ones() -> None:
    bodies = demo_messages({"id": 1}, "id", 10)
    assert bodies[1::2] == ["this is not JSON", '{"id', "{}", '{"id": [1]}', '[{"id": 1}]']
    assert bodies[::2] == [f'{{"id": {number}}}' for number in (1, 3, 5, 7, 9)]


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        ("m-1", "m-00001"),
        ("mail", "mail-00001"),
        ("2026", "00001"),
        (7, 1),
    ],
)
def test_unique_value_has_the_form_of_the_example(example: str | int, expected: str | int) -> None:
    assert json.loads(demo_messages({"id": example}, "id", 10)[0])["id"] == expected


def test_unique_uuid_has_the_version_of_the_example() -> None:
    bodies = demo_messages({"id": str(uuid.uuid4())}, "id", 10)
    made = [uuid.UUID(json.loads(body)["id"]) for body in bodies[::2]]
    assert ({each.version for each in made}, len(set(made))) == ({4}, 5)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", " is not valid JSON: Expecting property name enclosed in double quotes"),
        ("[" * 100_000, " is not valid JSON: "),
        ("[]", " contains a JSON array, but must contain one valid message, as a JSON object"),
        ("{}", " has no field id. The demo makes each message unique by this field, because id is the table's partition key."),
        ('{"id": true}', ": id is a JSON boolean, but must be a string or an integer"),
        ('{"id": 1.5}', ": id is a JSON number, but must be a string or an integer"),
    ],
)
def test_example_that_cannot_be_used_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "mail.json"
    file.write_text(text)
    with pytest.raises(UsageError) as error:
        read_example(file, "id")
    assert str(error.value).startswith(f"{file}{problem}")


def test_missing_example_says_where_it_belongs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as error:
        Demo.of(settings(), None, None, 10)
    assert str(error.value) == (
        "tests/messages/mail.json: No such file or directory. Write one valid message into it, as JSON, or specify another "
        "file with --message"
    )


@pytest.mark.parametrize(
    ("environment", "worker", "problem"),
    [
        (settings(others=["sms"]), None, "dev has several workers. Choose one of them with --worker: mail, sms"),
        (settings(), "sms", 'dev has no worker "sms". Its workers are: mail'),
        (
            settings({"source": {"enabled": False}}),
            None,
            "The demo cannot count the messages of dev: mail, because it has source.enabled: no message is processed while it "
            "is false",
        ),
        (
            settings({"source": {"filters": ['{"body": {"kind": ["a"]}}']}}),
            None,
            "The demo cannot count the messages of dev: mail, because it has source.filters: Lambda deletes messages that "
            "match none of them",
        ),
        (
            settings({"existing_queue": {"arn": "arn:aws:sqs:eu-west-1:111111111111:theirs"}}),
            None,
            "The demo cannot count the messages of dev: mail, because it has existing_queue: the demo needs a queue and a DLQ "
            "that the stack creates",
        ),
        (
            settings({"tables": {"mails": {"access": "read", "variable": "TABLE"}}}),
            None,
            "The demo counts the items in the only table to which a worker writes each message, but dev: mail has none. The "
            "demo needs exactly one workers.mail.tables.TABLE with the operation PutItem",
        ),
        (
            settings({"tables": {"mails": ACCESS, "others": {"access": "write", "variable": "OTHERS"}}}),
            None,
            "The demo counts the items in the only table to which a worker writes each message, but dev: mail has 2 (mails, "
            "others). The demo needs exactly one workers.mail.tables.TABLE with the operation PutItem",
        ),
    ],
)
def test_worker_that_cannot_be_counted_is_refused(environment: EnvironmentSettings, worker: str | None, problem: str) -> None:
    with pytest.raises(UsageError) as error:
        Demo.of(environment, worker, None, 10)
    assert str(error.value) == problem


def test_idempotency_table_is_not_the_counted_one(tmp_path: Path) -> None:
    example = tmp_path / "example.json"
    example.write_text('{"id": "m-1"}')
    tables = {"mails": ACCESS, "others": {"access": "idempotency", "variable": "DONE"}}
    demo = Demo.of(settings({"tables": tables}), None, example, 10)
    assert (demo.worker, demo.table) == ("mail", "mails")


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (Tally(200, 195, 0, 0, 5, 0), True),
        (Tally(200, 0, 0, 195, 5, 0), True),  # the handler writes no such log lines
        (Tally(200, 194, 0, 1, 5, 0), False),
        (Tally(200, 194, 1, 0, 5, 0), False),
        (Tally(200, 194, 0, 0, 5, 1), False),
        (Tally(200, 194, 0, 0, 5, 0), False),
        (Tally(200, 194, 0, 0, 6, 0), False),
        (Tally(199, 194, 0, 0, 5, 0), False),
        (Tally(200, 0, 0, 0, 5, 195), False),
    ],
)
def test_only_one_outcome_is_expected(tally: Tally, expected: bool) -> None:
    assert DemoResult("mail", "mails", 200, tally, 1.0).is_expected is expected
