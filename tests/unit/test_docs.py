"""The rule pages are generated, `queuesmith explain` prints them, and the examples that are settings are checked."""

from __future__ import annotations

import io
import subprocess
import sys
import tomllib
from datetime import date
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from queuesmith.cli.explain import explain
from queuesmith.common.errors import UsageError
from queuesmith.rules import (
    EventSourceMapping,
    Finding,
    Function,
    Pipeline,
    Queue,
    RedrivePolicy,
    Rule,
    Severity,
    Suppression,
    check_suppression,
    rules,
)
from queuesmith.rules.markdown import example, index, rule_page, section
from tests import in_process
from tests.conftest import ROOT
from tools.commands_page import MODELS, OTHER_KEYS, json_keys
from tools.docs import PAGES

BOOK = rules()
WITHOUT_EXAMPLES = {"QL401"}


def queuesmith(*arguments: str) -> subprocess.CompletedProcess[str]:
    return in_process.queuesmith(*arguments, folder=ROOT)


def tokens(text: str) -> list[Token]:
    parsed = MarkdownIt("commonmark").enable("table").parse(text)
    return [token for block in parsed for token in (block, *(block.children or ()))]


@pytest.mark.parametrize("path", PAGES)
def test_generated_page_is_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text() == PAGES[path](), f"{path} is stale. Run: make docs"


@pytest.mark.parametrize("command", [*MODELS, *OTHER_KEYS])
def test_every_key_of_a_commands_json_has_a_meaning(command: str) -> None:
    keys = dict(json_keys(command))
    assert keys
    assert [key for key, meaning in keys.items() if not meaning] == []


def test_keys_of_models_are_documented_to_the_last_level() -> None:
    status = dict(json_keys("status"))
    assert {"workers[].function.last_errors[].fields", "workers[].dead_letter_queue.oldest_message_age"} <= status.keys()
    peeked = dict(json_keys("dlq peek"))
    assert {"queue", "messages[]", "messages[].first_received", "export"} <= peeked.keys()
    assert "messages[].receipt" not in peeked, "what is shown of a message is less than what is received"


def test_every_rule_has_a_page_under_its_id_and_a_line_in_the_index() -> None:
    for rule in BOOK:
        assert index().count(f'| <a id="{rule.id.lower()}"></a>[{rule.id}](rules/{rule.id}.md) |') == 1
    assert {path.stem for path in (ROOT / "docs" / "rules").iterdir()} == {rule.id for rule in BOOK}


def test_no_text_in_the_pages_becomes_emphasis() -> None:
    """Actions such as sqs:* contain asterisks. Only the severities are bold."""
    parsed = [token for rule in BOOK for token in tokens(rule_page(rule))]
    assert not [token for token in [*parsed, *tokens(index())] if token.type == "em_open"]
    assert [token.tag for token in parsed if token.type == "heading_open"] == ["h1"] * len(BOOK)
    assert sum(token.type == "strong_open" for token in parsed) == len(BOOK)
    assert {token.info for token in parsed if token.type == "fence"} == {"hcl", "toml"}


def test_only_a_finding_that_can_be_suppressed_says_how() -> None:
    said = {rule.id for rule in BOOK if "(../rules.md#suppress-a-finding)" in rule_page(rule)}
    assert said == {rule.id for rule in BOOK if not rule.enforced_by_aws}
    assert "\n## Suppress a finding\n" in index()


@pytest.mark.parametrize("rule", BOOK, ids=lambda rule: rule.id)
def test_every_rule_has_a_bad_and_a_good_example(rule: Rule) -> None:
    bad, good = example(rule, "bad"), example(rule, "good")
    if rule.id in WITHOUT_EXAMPLES:
        assert (bad, good) == (None, None)
    else:
        assert bad is not None
        assert good is not None
        assert bad[0] == good[0]
        assert bad[1] != good[1]


def test_every_example_belongs_to_a_rule() -> None:
    catalog = ROOT / "queuesmith" / "rules" / "catalog"
    names = {path.name for path in catalog.iterdir() if path.suffix in (".tf", ".toml")}
    rules = {path.stem for path in catalog.glob("QL*.py") if path.stem[:5] not in WITHOUT_EXAMPLES}
    assert {name.split(".")[0] for name in names} == rules
    assert {name.split(".", 1)[1] for name in names} == {"bad.tf", "good.tf", "bad.toml", "good.toml"}


def test_section_has_the_limit_the_reason_the_fix_and_the_source() -> None:
    ql003 = next(rule for rule in BOOK if rule.id == "QL003")
    assert section(ql003) == (
        "## QL003: the visibility timeout must be in the range that SQS accepts\n\n"
        "**Error** (hard limit: cannot be suppressed)\n\n"
        "- Requirement: 0 to 43,200 s\n"
        "- Why: SQS rejects any other value when the queue is created or changed.\n"
        "- Fix: Set a visibility timeout of at most 12 hours.\n"
        "- Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>\n\n"
        "Bad:\n\n"
        '```hcl\nresource "aws_sqs_queue" "orders" {\n  visibility_timeout_seconds = 50000\n}\n```\n\n'
        "Good:\n\n"
        '```hcl\nresource "aws_sqs_queue" "orders" {\n  visibility_timeout_seconds = 43200\n}\n```\n'
    )


@pytest.mark.parametrize("id", ["QL001", "ql001"])
def test_explain_prints_the_text_of_the_page_and_its_address(id: str) -> None:
    result = queuesmith("explain", id)
    assert (result.returncode, result.stderr) == (0, "")
    text, _, address = result.stdout.partition("\nThis rule on the web: ")
    assert (text, address) == (section(BOOK[0]), "<https://OWNER.github.io/queuesmith/rules/QL001.html>\n")
    assert rule_page(BOOK[0]).startswith(text[1:])


def test_explain_without_an_id_lists_the_rules() -> None:
    result = queuesmith("explain")
    assert (result.returncode, result.stderr) == (0, "")
    heading, *lines = result.stdout.splitlines()
    assert heading == "RULE   SEVERITY          REQUIREMENT"
    assert [line.split()[0] for line in lines] == [rule.id for rule in BOOK]
    assert lines[0] == "QL001  error or warning  the visibility timeout must be longer than the function timeout"
    assert lines[1] == "QL002  warning           the visibility timeout must leave room for retries of a throttled batch"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("QL01", "QL001"), ("7", "QL007"), ("ql-101", "QL101"), ("QL0011", "QL011"), ("QL99", "QL901 or QL902 or QL903")],
)
def test_unknown_rule_error_suggests_similar_ones(wrong: str, near: str) -> None:
    result = queuesmith("explain", wrong)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f'error: There is no rule "{wrong}". Did you mean {near}?\n'


def test_unknown_rule_error_without_similar_ones_names_the_list() -> None:
    with pytest.raises(UsageError) as error:
        explain("visibility")
    assert str(error.value) == 'There is no rule "visibility". `queuesmith explain` lists all rules'


def test_on_a_terminal_the_section_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    explain("QL001")
    shown = terminal.getvalue()
    assert "QL001: the visibility timeout must be longer than the function timeout" in shown
    assert "##" not in shown


def test_severities_in_the_page_are_those_of_the_rules() -> None:
    for rule in BOOK:
        shown = section(rule).splitlines()[2]
        assert ("rror" in shown) == (Severity.ERROR in rule.severities)
        assert ("arning" in shown) == (Severity.WARNING in rule.severities)
        assert ("hard limit" in shown) == (rule.enforced_by_aws or bool(rule.enforced_when))


def settings_of(id: str, kind: str) -> dict[str, Any]:
    shown = next(example(rule, kind) for rule in BOOK if rule.id == id)
    assert shown is not None
    return tomllib.loads(shown[1])


def test_examples_of_settings_rules_break_and_follow_their_rule() -> None:
    ql113 = next(rule for rule in BOOK if rule.id == "QL113")
    broken = {}
    for kind in ("bad", "good"):
        worker = settings_of("QL113", kind)["workers"]["orders"]
        function = Function(
            timeout=worker["function"]["timeout"],
            expected_seconds_per_record=worker["source"]["expected_seconds_per_record"],
        )
        mapping = EventSourceMapping(batch_size=worker["source"]["batch_size"])
        pipeline = Pipeline(name="orders", queue=Queue(), function=function, mapping=mapping, today=date(2026, 11, 23))
        broken[kind] = bool(ql113.apply(pipeline).findings)
    assert broken == {"bad": True, "good": False}


@pytest.mark.parametrize("id", ["QL215", "QL216", "QL230", "QL231", "QL232"])
def test_examples_of_failure_rules_break_and_follow_their_rule(id: str) -> None:
    the_rule = next(rule for rule in BOOK if rule.id == id)
    broken = {}
    for kind in ("bad", "good"):
        worker = settings_of(id, kind)["workers"]["orders"]
        failures = worker.get("failures", {})
        backoff, breaker = failures.get("backoff", {}), failures.get("circuit_breaker", {})
        function = Function(
            timeout=worker.get("function", {}).get("timeout", 30),
            message_concurrency=worker.get("function", {}).get("message_concurrency", 1),
            minimum_remaining_time=failures.get("minimum_remaining_time"),
            backoff_base=backoff.get("base"),
            backoff_cap=backoff.get("cap"),
            pause_base=breaker.get("base", 60) if breaker else None,
            pause_cap=breaker.get("cap", 900) if breaker else None,
            outage=breaker.get("outage", 300) if breaker else None,
        )
        queue = Queue(redrive_policy=RedrivePolicy(worker.get("queue", {}).get("max_receive_count", 100)))
        pipeline = Pipeline(
            name="orders", queue=queue, function=function, mapping=EventSourceMapping(), today=date(2026, 11, 23)
        )
        broken[kind] = bool(the_rule.apply(pipeline).findings)
    assert broken == {"bad": True, "good": False}


@pytest.mark.parametrize("id", ["QL901", "QL902", "QL903"])
def test_examples_of_suppressions_break_and_follow_their_rule(id: str) -> None:
    finding = Finding("QL007", Severity.WARNING, "queue", "queue.retention", "", "", "")
    broken = {}
    for kind in ("bad", "good"):
        suppressions = [Suppression(rule, reason) for rule, reason in settings_of(id, kind)["suppress"].items()]
        about = (check_suppression(each, [finding]) for each in suppressions)
        broken[kind] = {each.rule for each in about if each is not None}
    assert broken == {"bad": {id}, "good": set()}
