"""Drop and edit: the account is exact, and no message is deleted that is neither in the file nor sent."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.signals import Stop
from queuesmith.operations import message_scan, rate_limit
from queuesmith.operations.dropping import DropResult, drop_messages
from queuesmith.operations.export_file import ExportFile
from queuesmith.operations.messages import Message
from queuesmith.operations.redriving import redrive_messages
from queuesmith.operations.redriving.editing import EditError, expression_editor, program_editor
from tests.unit.operator.command_runner import CommandRunner
from tests.unit.operator.conftest import DESTINATION, SOURCE
from tests.unit.operator.sqs_double import Choose, SqsDouble
from tests.unit.operator.test_accounts import FIFO, GROUPS, faults, stopped_after

FEWER = settings(max_examples=60)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "LONGEST_PAUSE", 0.0)


def filled(choose: Choose, groups: list[str]) -> SqsDouble:
    sqs = SqsDouble(choose)
    for number, group in enumerate(groups):
        sqs.fill(SOURCE, f"{group}{number}", group=group)
    return sqs


def written(path: Path) -> list[str]:
    return [json.loads(line)["MessageBody"] for line in path.read_text().splitlines()] if path.exists() else []


def refuse(_: DropResult) -> None:
    raise QueuesmithError("refused")


@FEWER
@given(faults(), GROUPS, st.none() | st.integers(0, 2), st.booleans())
def test_drop_deletes_only_messages_that_are_in_the_file(
    choose: Choose, groups: list[str], progress: int | None, refused: bool
) -> None:
    sqs = filled(choose, groups)
    before, wanted = Counter(sqs.bodies(SOURCE)), Counter(body for body in sqs.bodies(SOURCE) if body[0] != "c")
    stop, on_progress = stopped_after(progress)
    done = None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dropped.jsonl"
        with contextlib.suppress(BotoCoreError, ClientError, QueuesmithError), ExportFile(path, SOURCE.name) as file:
            done = drop_messages(
                sqs, SOURCE, file, confirm=refuse if refused else lambda _: None, match=lambda message: message.body[0] != "c",
                stop=stop, on_progress=on_progress,
            )  # fmt: skip
        exported = Counter(written(path))
    gone = before - Counter(sqs.bodies(SOURCE))
    assert gone <= exported <= wanted
    if done is None:
        assert (gone.total(), exported.total()) == (0, 0)
        return
    assert not refused or not done.selected or done.state != "COMPLETED"
    assert done.selected == done.dropped + done.not_dropped + len(done.not_confirmed)
    assert done.dropped <= gone.total() <= done.dropped + len(done.not_confirmed)
    assert exported.total() == (done.selected if done.file else 0)
    assert sqs.hidden(SOURCE) <= done.left_invisible
    if done.is_complete:
        assert gone == wanted


@FEWER
@given(faults(), GROUPS, st.sampled_from([DESTINATION, FIFO]), st.none() | st.integers(0, 2))
def test_edited_redrive_accounts_for_each_message_and_loses_none(
    choose: Choose, groups: list[str], destination: DeployedQueue, progress: int | None
) -> None:
    def edit(body: str) -> str:
        if body.endswith("3"):
            raise EditError("no threes")
        return f"{body} mended"

    sqs = filled(choose, groups)
    ids = {each.body: each.id for each in sqs.queues.get(SOURCE.url, [])}
    stop, on_progress = stopped_after(progress)
    try:
        done = redrive_messages(sqs, SOURCE, destination, edit=edit, stop=stop, on_progress=on_progress)
    except (BotoCoreError, ClientError):
        assert sqs.bodies(destination) == []
        return
    left, back = set(sqs.bodies(SOURCE)), {body.removesuffix(" mended") for body in sqs.bodies(destination)}
    assert left | back == ids.keys(), "a message is lost"
    assert all(body.endswith(" mended") for body in sqs.bodies(destination))
    assert not any(body.endswith("3") for body in back)
    assert done.selected == sum((done.moved, done.not_accepted, done.not_edited, done.not_moved, len(done.possibly_duplicated)))
    assert {ids[body] for body in left & back} <= set(done.possibly_duplicated)
    if destination is FIFO:
        for group in set(groups):
            arrived = [each.body.removesuffix(" mended") for each in sqs.queues.get(FIFO.url, []) if each.group == group]
            assert arrived == [body for body in ids if body[0] == group][: len(arrived)], "a message overtook another"


def test_one_unedited_message_keeps_the_rest_of_its_group_in_the_dlq() -> None:
    sqs = SqsDouble()
    for body, group in (("1", "a"), ("{", "a"), ("2", "b"), ("3", "a")):
        sqs.fill(SOURCE, body, group=group)
    done = redrive_messages(sqs, SOURCE, FIFO, edit=expression_editor("[@]"))
    assert (done.moved, done.not_edited, done.edited, done.reasons) == (2, 2, 2, ["not edited: the body is not JSON"])
    assert (sorted(sqs.bodies(FIFO)), sqs.bodies(SOURCE)) == (["[1]", "[2]"], ["{", "3"])


def test_dry_run_shows_the_edited_bodies_and_sends_none() -> None:
    sqs = SqsDouble()
    sqs.fill(SOURCE, *(f'{{"n": {number}}}' for number in range(12)), "no JSON")
    done = redrive_messages(sqs, SOURCE, DESTINATION, edit=expression_editor("merge(@, {mended: `true`})"), dry_run=True)
    assert (done.selected, done.not_edited, done.not_moved, len(done.edits)) == (13, 1, 12, 10)
    assert (done.edits[0].before, done.edits[0].after) == ('{"n": 0}', '{"n":0,"mended":true}')
    assert (len(sqs.bodies(SOURCE)), sqs.bodies(DESTINATION), sqs.hidden(SOURCE)) == (13, [], 0)


@pytest.mark.parametrize(
    ("expression", "body", "edited"),
    [
        ("merge(@, {a: 'EUR'})", '{"ü": 12345678901234567890}', '{"ü":12345678901234567890,"a":"EUR"}'),
        ("Message", '{"Message": "{\\"order_id\\": \\"o-1\\"}"}', '{"order_id": "o-1"}'),
        ("@", '{"price": 9.90}', '{"price":9.9}'),
    ],
)  # fmt: skip
def test_body_becomes_the_result_of_the_expression(expression: str, body: str, edited: str) -> None:
    assert expression_editor(expression)(body) == edited


@pytest.mark.parametrize(
    ("expression", "body", "problem"),
    [
        ("a", "no JSON", "the body is not JSON"),
        ("a", '{"b": 1}', "the result of the expression is null"),
        ("a", '{"a": ""}', "the edited body is empty, which SQS does not accept"),
        (
            "@", '{"a": 0.12345678901234567890}',
            "the body has a number that JMESPath would round. Edit it with a program: --edit-with",
        ),
        ("a", '{"a": "\\ud800"}', "the edited body contains a lone surrogate (half of a character), which SQS does not accept"),
    ],
)  # fmt: skip
def test_body_without_a_result_is_not_edited(expression: str, body: str, problem: str) -> None:
    with pytest.raises(EditError) as raised:
        expression_editor(expression)(body)
    assert str(raised.value) == problem


def test_program_gets_each_body_and_its_failure_is_the_reason() -> None:
    program = "import sys; text = sys.stdin.read(); text == 'bad' and sys.exit('no order 17'); print(text.upper())"
    edit = program_editor(f'{shlex.quote(sys.executable)} -c "{program}"')
    assert edit("ü") == "Ü"
    with pytest.raises(EditError, match=r"ended with exit status 1: no order <number>$"):
        edit("bad")


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("./none.py -x", '--edit-with: there is no program "./none.py". Specify an executable file, for example ./edit.py'),
        ("", '--edit-with: there is no program "". Specify an executable file, for example ./edit.py'),
        ("'a", '--edit-with is "\'a", which is not a command: No closing quotation'),
    ],
)
def test_command_that_is_not_a_program_is_an_error(command: str, problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        program_editor(command)
    assert str(raised.value) == problem


def test_late_confirmation_deletes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = SqsDouble()
    sqs.fill(SOURCE, "a")
    monkeypatch.setattr(message_scan, "MAXIMUM_INVISIBLE", 0)
    path = tmp_path / "f"
    with pytest.raises(QueuesmithError, match="The confirmation took too long"), ExportFile(path, SOURCE.name) as file:
        drop_messages(sqs, SOURCE, file, confirm=lambda _: None, limit=5)
    assert (sqs.bodies(SOURCE), sqs.hidden(SOURCE), path.exists()) == (["a"], 0, False)


def test_full_disk_deletes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = SqsDouble()
    sqs.fill(SOURCE, "a")

    def line(_: Message) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Message, "line", line)
    result = CommandRunner(tmp_path, monkeypatch, sqs).run("dlq", "drop", "--limit", "5", "--yes", "1")
    told = "error: dropped.jsonl cannot be written: No space left on device. The messages are still in orders-dlq\n"
    assert (result.returncode, result.stderr) == (1, told)
    assert (sqs.bodies(SOURCE), sqs.hidden(SOURCE), list(tmp_path.glob("dropped*"))) == (["a"], 0, [])


def test_stopped_drop_removes_its_file(tmp_path: Path) -> None:
    sqs, stop, path = SqsDouble(), Stop(), tmp_path / "f"
    sqs.fill(SOURCE, *"abc")
    with ExportFile(path, SOURCE.name) as file:
        done = drop_messages(sqs, SOURCE, file, confirm=refuse, limit=50, stop=stop, on_progress=lambda _: stop.set())
    assert (done.state, done.selected, done.not_dropped, done.file, path.exists()) == ("CANCELLED", 3, 3, None, False)


def test_drop_lists_the_objects_of_large_bodies_which_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sqs, size = SqsDouble(), {"DataType": "Number", "StringValue": "300000"}
    pointer = '["software.amazon.payloadoffloading.PayloadS3Pointer", {"s3BucketName": "large", "s3Key": "mail/1"}]'
    sqs.fill(SOURCE, pointer, pointer, "no pointer")
    for stored in sqs.queues[SOURCE.url][1:]:
        stored.attributes = {"ExtendedPayloadSize": size}
    result = CommandRunner(tmp_path, monkeypatch, sqs).run("dlq", "drop", "--limit", "5", "--yes", "3")
    assert result.returncode == 0
    assert [line for line in result.stderr.splitlines() if not line.startswith("Received")][:2] == [
        "Bodies of these messages in S3, which are not deleted: 1 object",
        "  s3://large/mail/1",
    ]
    assert "s3Key" in (tmp_path / "dropped.jsonl").read_text()


def test_dry_run_of_an_edit_that_no_body_allows_moves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = SqsDouble()
    sqs.fill(SOURCE, "no JSON")
    result = CommandRunner(tmp_path, monkeypatch, sqs).run("dlq", "redrive", "--edit", "@", "--dry-run")
    assert result.returncode == 1
    assert result.stdout.splitlines()[0] == f"0 of about 1 message would be moved from {SOURCE.name} to {DESTINATION.name}"
    assert result.stderr.splitlines()[1:] == [
        "Not edited (or behind such a message in its group), and still in the DLQ: 1 message",
        "--edit needs a JSON body. To edit other bodies, pipe them through a program: --edit-with COMMAND",
        "Reason: not edited: the body is not JSON",
    ]
