"""Whatever SQS answers, a command's exit status agrees with its account, and its files hold exactly the remaining messages."""

from __future__ import annotations

import errno
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queuesmith.operations import rate_limit
from queuesmith.operations.messages import Message
from tests import in_process
from tests.unit.operator.command_runner import CommandRunner
from tests.unit.operator.conftest import DESTINATION, SOURCE
from tests.unit.operator.sqs_double import Choose, SqsDouble
from tests.unit.operator.test_accounts import faults

COUNTS = st.integers(1, 24)
FEWER, FEWEST = settings(max_examples=40), settings(max_examples=12)


@contextmanager
def commands(sqs: SqsDouble) -> Iterator[CommandRunner]:
    """Commands in their own folder, without any waiting."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_limit, "LONGEST_PAUSE", 0.0)
        yield CommandRunner(Path(folder), patch, sqs)


def bodies(path: Path) -> list[str]:
    return [json.loads(line)["MessageBody"] for line in path.read_text().splitlines()] if path.exists() else []


@FEWER
@given(faults(), COUNTS)
def test_send_writes_unsent_messages_to_a_file(choose: Choose, count: int) -> None:
    sqs, given_bodies = SqsDouble(choose), [f"m{number}" for number in range(count)]
    with commands(sqs) as run:
        status, document = run.json("send", "--file", "-", stdin="\n".join(given_bodies).encode())
        rest = bodies(run.folder / "not-accepted.jsonl")
    assert document["total"] == count == document["accepted"] + document["rejected"]
    assert document["rejected"] == document["refused"] + document["held_back"] + document["not_sent"]
    assert sum(document["reasons"].values()) == document["rejected"] == len(rest)
    assert status == (0 if document["accepted"] == count else 1)
    assert (Counter(given_bodies) - Counter(rest)).keys() <= set(sqs.bodies(DESTINATION))


@FEWER
@given(faults(), COUNTS, st.booleans())
def test_redrive_of_a_selection(choose: Choose, count: int, dry_run: bool) -> None:
    sqs = SqsDouble(choose)
    sqs.fill(SOURCE, *(f"m{number}" for number in range(count)))
    with commands(sqs) as run:
        result = run.run("dlq", "redrive", "--limit", "100", "--json", *(["--dry-run"] if dry_run else []))
    if not result.stdout:  # the command could not begin
        assert (result.returncode, len(sqs.bodies(SOURCE)), sqs.bodies(DESTINATION)) == (1, count, [])
        return
    done = json.loads(result.stdout)
    assert done["selected"] == done["moved"] + done["not_accepted"] + done["not_moved"] + len(done["possibly_duplicated"])
    if dry_run:
        assert result.returncode == (1 if done["state"] == "FAILED" else 0)
        assert (len(sqs.bodies(SOURCE)), sqs.bodies(DESTINATION)) == (count, [])
    elif result.returncode == 0:
        assert sorted(sqs.bodies(DESTINATION)) == sorted(f"m{number}" for number in range(count))
        assert sqs.bodies(SOURCE) == []
    else:
        left = ("not_accepted", "not_moved", "possibly_duplicated", "not_received")
        assert done["state"] == "FAILED" or any(done[key] for key in left)


@FEWER
@given(faults(), COUNTS)
def test_peek_exports_the_messages_that_it_received(choose: Choose, count: int) -> None:
    sqs = SqsDouble(choose)
    sqs.fill(SOURCE, *(f"m{number}" for number in range(count)))
    with commands(sqs) as run:
        result = run.run("dlq", "peek", "--limit", "100", "--export", "f.jsonl", "--json")
        exported, there = bodies(run.folder / "f.jsonl"), (run.folder / "f.jsonl").exists()
        mode = (run.folder / "f.jsonl").stat().st_mode & 0o777 if there else 0o600
    if not result.stdout:
        assert (result.returncode, there) == (1, False)
        return
    document = json.loads(result.stdout)
    assert exported == [message["body"] for message in document["messages"]]
    assert (len(exported), mode) == (document["received"], 0o600)
    assert result.returncode == (1 if document["failure"] else 0)
    assert sqs.hidden(SOURCE) <= document["left_invisible"]
    assert sorted(sqs.bodies(SOURCE)) == sorted(f"m{number}" for number in range(count))


@FEWEST
@given(faults(), COUNTS)
def test_triage_accounts_for_the_messages_that_it_received(choose: Choose, count: int) -> None:
    sqs = SqsDouble(choose)
    sqs.fill(SOURCE, *(json.dumps({"n": number % 3}) for number in range(count)))
    with commands(sqs) as run:
        result = run.run("dlq", "triage", "--by", "body.n", "--match", "n != `2`", "--json")
    if not result.stdout:
        assert result.returncode == 1
        return
    document = json.loads(result.stdout)
    counts = {group["value"]: group["count"] for group in document["groups"]}
    assert sum(counts.values()) + document["not_matching"] == document["received"] <= count
    assert 2 not in counts
    assert result.returncode == (1 if document["failure"] else 0)
    assert sqs.hidden(SOURCE) <= document["left_invisible"]
    assert len(sqs.bodies(SOURCE)) == count


@FEWEST
@given(faults(), COUNTS)
def test_drop_exports_what_it_deletes(choose: Choose, count: int) -> None:
    sqs = SqsDouble(choose)
    sqs.fill(SOURCE, *(f"m{number}" for number in range(count)))
    with commands(sqs) as run:
        result = run.run("dlq", "drop", "--limit", "100", "--yes", str(count), "--json")
        exported, mode = bodies(run.folder / "dropped.jsonl"), {path.stat().st_mode & 0o777 for path in run.folder.iterdir()}
    gone = Counter(f"m{number}" for number in range(count)) - Counter(sqs.bodies(SOURCE))
    assert gone <= Counter(exported)
    assert mode <= {0o600}
    if not result.stdout:  # the command could not begin, or received fewer messages than were confirmed
        assert (result.returncode, gone.total(), exported) == (1, 0, [])
        return
    done = json.loads(result.stdout)
    assert done["selected"] == done["dropped"] + done["not_dropped"] + len(done["not_confirmed"])
    assert bool(exported) == (done["file"] is not None)
    if result.returncode == 0:
        assert gone.total() == count


def test_limit_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x\n")
    result = in_process.queuesmith("dlq", "triage", "--file", "f", "--limit", "5", folder=tmp_path)
    told = "error: --limit cannot be used with --file, which is read to its end\n"
    assert (result.returncode, result.stderr) == (2, told)


def test_export_that_cannot_be_completed_leaves_no_partial_file(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = iter([Message("m").line()])

    def line(_: Message) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise OSError(errno.ENOSPC, "No space left on device") from None

    sqs = SqsDouble()
    sqs.fill(SOURCE, "m", "n")
    with commands(sqs) as run:
        monkeypatch.setattr(Message, "line", line)
        result = run.run("dlq", "peek", "--export", "f.jsonl")
        assert not (run.folder / "f.jsonl").exists()
    told = "f.jsonl cannot be written: No space left on device. The messages are still in orders-dlq"
    assert (result.returncode, result.stderr) == (1, f"error: {told}\n")
