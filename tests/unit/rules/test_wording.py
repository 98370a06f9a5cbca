"""Numbers and lists in messages, and escaping of text that a user wrote."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import pytest

from queuesmith.rules import RedriveAllowPolicy, check_pipeline
from queuesmith.rules.wording import amount, join_words, quote
from tests.unit.rules.pipelines import good

TOKEN = "ghp_" + "a1B2c3" * 6
PATTERN = '{"body": {"password": ["hunter2"]'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders", '"orders"'),
        ("", '""'),
        ("a" * 60, f'"{"a" * 60}"'),
        ("a" * 61, f'"{"a" * 60}…"'),
        ("a\nb\x1b[31m\u202e\ud800", '"a\\nb\\x1b[31m\\u202e\\ud800"'),
        ("über", '"über"'),
        (TOKEN, '"…"'),
        ("x" * 60 + " " + TOKEN, '"…"'),
    ],
)
def test_user_text_is_truncated_escaped_and_masked_if_secret(text: str, expected: str) -> None:
    assert quote(text) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [(amount(1_209_600, "s"), "1,209,600 s"), (amount(5), "5"), (amount(2.5, "s"), "2.5 s"), (amount(30_000.0), "30,000")],
)
def test_numbers_have_thousands_separators(found: str, expected: str) -> None:
    assert found == expected


def test_lists_are_joined_with_commas_and_a_final_and() -> None:
    assert [join_words("abc"[:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("QL011", {"queue": {"name": TOKEN + "."}}),
        ("QL012", {"queue": {"deduplication_scope": TOKEN}}),
        ("QL013", {"queue": {"fifo": True, "throughput_limit": "perMessageGroupId", "deduplication_scope": TOKEN}}),
        ("QL016", {"queue": {"redrive_allow_policy": RedriveAllowPolicy(TOKEN)}}),
        ("QL108", {"mapping": {"filters": (TOKEN,)}}),
        ("QL108", {"mapping": {"filters": (f'{{"{TOKEN}": []}}',)}}),
        ("QL108", {"mapping": {"filters": (f'{{"body": {{"{TOKEN}": "{TOKEN}"}}}}',)}}),
        ("QL202", {"function": {"environment": {TOKEN + "-": ""}}}),
        ("QL203", {"function": {"environment": {"A1": TOKEN}}}),
        ("QL204", {"function": {"handler": TOKEN, "handler_problem": "the zip has no such module"}}),
        ("QL205", {"function": {"runtime": TOKEN}}),
        ("QL210", {"function": {"application_level": TOKEN}}),
        ("QL213", {"function": {"name": TOKEN + "."}}),
        ("QL213", {"role": {"name": TOKEN + "/"}}),
        ("QL301", {"environment": "prod-" + TOKEN, "alarms": ()}),
    ],
)
@pytest.mark.parametrize("terraform", [False, True], ids=["settings", "terraform"])
def test_no_message_shows_a_secret_in_the_wrong_field(rule: str, change: dict[str, Any], *, terraform: bool) -> None:
    result = check_pipeline(good(terraform=terraform, **change))
    assert rule in {finding.rule for finding in result.findings}
    for finding in result.findings:
        assert TOKEN not in " ".join(map(str, astuple(finding)))


@pytest.mark.parametrize(
    ("pattern", "name", "remedy"),
    [
        ('{"status": []}', '"status"', 'Put the condition under "body": {"body": {"status": …}}'),
        ('{"my key": []}', "a key", 'Put the condition under "body": {"body": {…}}'),
        *(
            (
                f'{{"{key}": []}}',
                f'"{key}"',
                "Only the body of a message can be filtered: let the producer put the value in the body, or filter at the SNS "
                "subscription or the EventBridge rule before the queue",
            )
            for key in ("messageAttributes", "attributes", "messageId", "receiptHandle", "eventSourceARN", "MessageAttributes")
        ),
    ],
)
def test_filter_with_an_invalid_key_error_lists_the_valid_keys(pattern: str, name: str, remedy: str) -> None:
    (finding,) = check_pipeline(good(mapping={"filters": (pattern,)})).findings
    assert f"filter 1 of source.filters has {name} at the top level" in finding.message
    assert finding.remedy == remedy


def test_pattern_that_is_not_json_is_named_by_its_number_only() -> None:
    (finding,) = check_pipeline(good(mapping={"filters": ("{}", PATTERN)})).findings
    assert (finding.message, finding.enforced_by_aws) == ("filter 2 of source.filters is not a JSON object", True)
