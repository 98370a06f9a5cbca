"""Masking, grouping and selecting: alike reasons meet, each message is in one group, and a group's expression selects it."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queuesmith.common.errors import UsageError
from queuesmith.operations.masking import mask
from queuesmith.operations.message_lines import read_export
from queuesmith.operations.messages import REASON, Message
from queuesmith.operations.selecting import equality, matcher, reason_matcher, where_matcher
from queuesmith.operations.triaging import triage_messages

PLACEHOLDER = re.compile(r"<(?:arn|email|uuid|time|id|number)>")
FEW = settings(max_examples=40)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
PARTS = st.sampled_from(
    ["code", "HTTP", "arn:aws:", "error", "0x", "a1b2", "@", ".", " ", "-", ":", "=", "12", "<id>", "2026-01-02", "T"]
)


def failed(reason: str, body: str = "{}") -> Message:
    return Message(body, {REASON: {"DataType": "String", "StringValue": reason}} if reason else {}, message_id="id")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("order o-17 of c42 costs 1,200.50", "order o-<number> of c<number> costs <number>"),
        ("at 2026-11-29T20:15:01.123Z, or 2026-11-29 20:15", "at <time>, or <time>"),
        ("at 2026-11-29T20:15:01+01:00", "at <time>"),
        ("id 3f2a1b4c-1111-2222-3333-444455556666", "id <uuid>"),
        ("arn:aws:sqs:eu-central-1:111111111111:q is closed", "<arn> is closed"),
        ("arn:aws-cn:s3:::bucket/key.json", "<arn>"),
        ("cus_9s6XKzkNRiz8i3, 0xdeadbeef and deadbeef1234", "cus_<id>, <id> and <id>"),
        ("bob.smith+1@example.com is unknown", "<email> is unknown"),
        ("-5 or +5, 3-5 in 10ms", "<number> or <number>, <number>-<number> in <number>ms"),
        ("HTTP 503, status code 404, errno 11, code=5", "HTTP 503, status code 404, errno 11, code=5"),
        ("KeyError: 'total'", "KeyError: 'total'"),
        ("the feed decides", "the feed decides"),
        ("", ""),
    ],
)
def test_numbers_and_ids_are_masked_and_codes_are_not(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(st.lists(PARTS | st.characters(), max_size=12).map("".join))
def test_masking_a_masked_text_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.uuids() | st.integers(0).map(str) | st.datetimes().map(lambda each: each.isoformat(timespec="seconds")), st.uuids())
def test_reasons_that_differ_only_in_an_id_meet(one: object, other: object) -> None:
    texts = [f"RuntimeError: {each} is closed" for each in (one, other)]
    kinds = [PLACEHOLDER.sub("", mask(text)) for text in texts]
    assert kinds == ["RuntimeError:  is closed"] * 2


@FEW
@given(SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(), SCALARS, max_size=3))
def test_equality_finds_the_value(value: object) -> None:
    assert jmespath.search(equality("a.b", value), {"a": {"b": value}}) is True
    assert jmespath.search(equality("a.b || 'x'", "y"), {"a": {"b": "x"}}) is False


@FEW
@given(st.lists(st.tuples(st.sampled_from(["", "E: 1", "E: 2", "F: x", "it's \\ `5`\n\x1b"]), SCALARS), max_size=8))
def test_each_message_is_in_one_group_and_the_groups_expression_selects_it(messages: list[tuple[str, object]]) -> None:
    given_messages = [failed(reason, json.dumps({"a": value})) for reason, value in messages]
    for by in ("reason", "exception", "body.a", "body"):
        result = triage_messages(given_messages, "f", by=by)
        assert sum(group.count for group in result.groups) == result.received == len(messages)
        assert [group.count for group in result.groups] == sorted((group.count for group in result.groups), reverse=True)
        for group in result.groups:
            assert group.where is not None
            assert sum(map(where_matcher(group.where), given_messages)) == group.count
            if by == "reason":
                assert sum(map(reason_matcher(group.value), given_messages)) == group.count


def test_messages_on_which_the_expression_fails_are_one_group() -> None:
    result = triage_messages([failed("", '{"a": 1}'), failed("", '{"a": "xy"}')], "f", by="length(body.a)")
    assert {(group.value, group.where) for group in result.groups} == {
        (2, "(length(body.a)) == `2`"),
        ("the expression fails on these messages", None),
    }


def test_long_value_is_cut_and_has_no_command() -> None:
    bodies = [f'"{"x" * 5_000}{end}"' for end in "ab"]
    result = triage_messages([failed("", body) for body in [*bodies, bodies[0]]], "f", by="body")
    assert [(group.count, len(group.value), group.where) for group in result.groups] == [(2, 3_996, None), (1, 3_996, None)]


def test_another_text_can_be_masked_in_an_expression() -> None:
    messages = [failed("", json.dumps({"error": f"order {number} is closed"})) for number in range(3)]
    (group,) = triage_messages(messages, "f", by="mask(body.error)").groups
    assert (group.value, group.count) == ("order <number> is closed", 3)


def test_attributes_and_the_time_are_parts_of_the_message() -> None:
    attributes: dict[str, dict[str, Any]] = {
        "kind": {"DataType": "String", "StringValue": "a"},
        "blob": {"DataType": "Binary", "BinaryValue": b"\x00"},
    }
    message = Message("no JSON", attributes, "g", system={"SentTimestamp": "1764446400000", "ApproximateReceiveCount": "3"})
    for where in (
        "attributes.kind == 'a'", "attributes.blob == 'AA=='", "body == 'no JSON'", "group == 'g'", "receive_count == `3`",
        "sent == '2025-11-29T20:00:00Z'", "source_arn == null", "exception == null && reason == ''",
    ):  # fmt: skip
        assert where_matcher(where)(message), where
    assert not matcher("a")(message)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{\n"a": 1}', "f is neither JSON Lines nor a document of `dlq peek --json`: KeyError('messages')"),
        ('{\n"messages": [{}]}', "f, message 1: body is missing. The file must be a document of `dlq peek --json`"),
        ('{\n"messages": [{"body": "x", "sent": "soon"}]}', "f, message 1: sent is not a time in ISO 8601"),
        (
            '{\n"messages": [{"body": "x", "receive_count": "many"}]}',
            "f, message 1: Attributes.ApproximateReceiveCount must be a number with up to 14 digits",
        ),
        (
            '{"MessageBody": "x", "Attributes": {"SentTimestamp": "soon"}}',
            "f, line 1: Attributes.SentTimestamp must be a number with up to 14 digits",
        ),
    ],
)
def test_wrong_export_is_an_error(content: str, problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        list(read_export(io.BytesIO(content.encode()), "f"))
    assert str(raised.value) == problem


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (lambda: where_matcher("a =="), "--where is not a JMESPath expression: "),
        (lambda: triage_messages([], "f", by="a b"), "--by is not a JMESPath expression: "),
    ],
)
def test_wrong_expression_is_an_error(wrong: object, problem: str) -> None:
    assert callable(wrong)
    with pytest.raises(UsageError, match=re.escape(problem)):
        wrong()
