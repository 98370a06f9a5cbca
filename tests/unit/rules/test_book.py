"""The rule book as a whole: what it imports, what it counts, and that no input makes it fail."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from dataclasses import fields
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import queuesmith.rules
from queuesmith.rules import (
    Alarm,
    Deployment,
    Dialect,
    EventSourceMapping,
    Function,
    KmsKey,
    LogGroup,
    Metric,
    Pipeline,
    Pollers,
    Queue,
    RedriveAllowPolicy,
    RedrivePolicy,
    Role,
    RollbackAlarm,
    ServiceSender,
    Severity,
    Statement,
    Unknown,
    check_pipeline,
    check_pipelines,
)
from queuesmith.rules.alarms import NO_ALARMS, OtherDimensions
from queuesmith.rules.book import rules_by_id
from queuesmith.rules.metrics import LAMBDA, SQS
from tests.conftest import ROOT
from tests.unit.rules.pipelines import METRICS, OTHER_ARN, QUEUE_ARN, UNKNOWN, good

NUMBERS = st.one_of(st.integers(), st.sampled_from([-1, 0, 1, 10, 11, 30, 300, 900, 43_200, 1_209_600, 10**400]))
WORDS = (
    *(
        "",
        "*",
        "orders",
        "orders.fifo",
        "perMessageGroupId",
        "messageGroup",
        "byQueue",
        "allowAll",
        "JSON",
        "Text",
        "production",
    ),
    *("python3.13", "python2.7", "alias/aws/sqs", QUEUE_ARN, OTHER_ARN, "arn:aws:sqs:eu-central-1:111111111111:orders", "${"),
    *("sqs:*", "sqs:ReceiveMessage", "kms:Decrypt", "s3:Get*", "AWS:*", "Service:sns.amazonaws.com", "AWS:", "\ud800"),
    *('{"body": {}}', '{"$or": [1, {"a": 1}]}', "[" * 5_000, "eyJhbGciOiJIUzI1NiJ9.e30.x", "DB_PASSWORD", "://:x@"),
)
TEXTS = st.one_of(st.text(max_size=100), st.sampled_from(WORDS))
FLAGS = st.booleans()


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, None, or unknown."""
    return st.one_of(values, st.none(), st.just(UNKNOWN))


def known_or_not(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.just(UNKNOWN))


def several(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=3).map(tuple)


STATEMENTS = st.builds(
    Statement,
    st.sampled_from(["Allow", "Deny", ""]),
    several(TEXTS),
    several(TEXTS),
    known_or_not(several(known_or_not(TEXTS))),
    known_or_not(several(known_or_not(TEXTS))),
    st.frozensets(
        st.sampled_from([("bool", "aws:securetransport", "false"), ("", "", ""), ("arnlike", "aws:sourcearn", UNKNOWN)])
    ),
    TEXTS,
    FLAGS,
    known_or_not(several(known_or_not(TEXTS))),
    known_or_not(several(known_or_not(TEXTS))),
)
BY_TYPE = {
    "str": TEXTS,
    "MaybeUnknown[str]": known_or_not(TEXTS),
    "MaybeUnknown[str | None]": maybe(TEXTS),
    "MaybeUnknown[int]": known_or_not(NUMBERS),
    "MaybeUnknown[int | None]": maybe(NUMBERS),
    "MaybeUnknown[bool]": known_or_not(FLAGS),
    "MaybeUnknown[bool | None]": maybe(FLAGS),
    "bool | None": st.one_of(FLAGS, st.none()),
    "bool": FLAGS,
    "float | None": st.one_of(st.floats(), st.none()),
    "Dialect": st.sampled_from(Dialect),
    "tuple[str, ...]": several(TEXTS),
    "tuple[ServiceSender, ...]": several(st.builds(ServiceSender, TEXTS, TEXTS, several(TEXTS), known_or_not(FLAGS))),
    "tuple[str, ...] | None": st.one_of(several(TEXTS), st.none()),
    "MaybeUnknown[tuple[str, ...]]": known_or_not(several(TEXTS)),
    "MaybeUnknown[tuple[MaybeUnknown[str], ...]]": known_or_not(several(known_or_not(TEXTS))),
    "tuple[MaybeUnknown[int | None], ...]": several(maybe(NUMBERS)),
    "Unknown": st.just(UNKNOWN),
    "tuple[Unknown, ...]": several(st.just(Unknown("a policy"))),
    "tuple[Statement, ...]": several(STATEMENTS),
    "MaybeUnknown[tuple[Statement, ...] | None]": maybe(several(STATEMENTS)),
    "MaybeUnknown[tuple[Statement, ...]]": known_or_not(several(STATEMENTS)),
    "tuple[MaybeUnknown[tuple[Statement, ...]], ...]": several(known_or_not(several(STATEMENTS))),
    "Mapping[str, MaybeUnknown[tuple[str, ...]]]": st.dictionaries(TEXTS, known_or_not(several(TEXTS)), max_size=2),
    "tuple[Metric, ...]": several(st.sampled_from([*METRICS, Metric("Errors", "queue")])),
    "Expression | None": st.none(),
    "tuple[OtherDimensions, ...]": several(
        st.sampled_from([OtherDimensions(each, "Errors", ("Queue",)) for each in (SQS, LAMBDA)])
    ),
    "MaybeUnknown[Mapping[str, MaybeUnknown[str]]]": known_or_not(st.dictionaries(TEXTS, known_or_not(TEXTS), max_size=3)),
    "Mapping[str, MaybeUnknown[object]]": st.dictionaries(TEXTS, st.one_of(maybe(NUMBERS), st.lists(TEXTS)), max_size=3),
    "Mapping[tuple[str, str], MaybeUnknown[str]]": st.dictionaries(st.tuples(TEXTS, TEXTS), known_or_not(TEXTS), max_size=3),
    "Strategy": st.sampled_from(["canary", "linear", "all_at_once"]),
    "tuple[RollbackAlarm, ...]": several(st.builds(RollbackAlarm, TEXTS, st.one_of(NUMBERS, st.none()))),
    "date": st.dates(),
}


def parts(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any instance of a class of the model."""
    made = {field.name: BY_TYPE[str(field.type)] for field in fields(kind)}
    return st.builds(kind, **made)


for _name, _kind in {"RedrivePolicy": RedrivePolicy, "RedriveAllowPolicy": RedriveAllowPolicy, "Pollers": Pollers}.items():
    BY_TYPE[f"MaybeUnknown[{_name} | None]"] = maybe(parts(_kind))
for _name, _kind in {"Queue": Queue, "LogGroup": LogGroup, "KmsKey": KmsKey, "Role": Role}.items():
    BY_TYPE[f"MaybeUnknown[{_name} | None]"] = maybe(parts(_kind))
    BY_TYPE[f"MaybeUnknown[{_name}]"] = known_or_not(parts(_kind))
for _name, _kind in {"Queue": Queue, "Function": Function, "EventSourceMapping": EventSourceMapping}.items():
    BY_TYPE[_name] = parts(_kind)
BY_TYPE["Deployment | None"] = st.one_of(parts(Deployment), st.none())
BY_TYPE["MaybeUnknown[tuple[Alarm, ...]]"] = known_or_not(several(parts(Alarm)))


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(parts(Pipeline))
def test_no_pipeline_makes_the_check_fail(pipeline: Pipeline) -> None:
    check_result = check_pipeline(pipeline)
    assert all(finding.message and finding.remedy for finding in check_result.findings)


def test_the_rule_book_loads_neither_cdktf_nor_boto3_nor_detect_secrets() -> None:
    heavy = {"cdktf", "boto3", "jsii", "detect_secrets"}
    program = f"import sys; from queuesmith.rules import rules; print(len(rules()), {heavy} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == f"{len(rules_by_id())} set()\n"


def test_findings_are_in_rule_order_and_shared_ones_are_reported_once() -> None:
    pipeline = good(queue={"visibility_timeout": 20, "delay": -1}, dead_letter_queue=UNKNOWN)
    once, twice = check_pipeline(pipeline), check_pipelines([pipeline, pipeline])
    assert [finding.rule for finding in once.findings] == ["QL001", "QL010"]
    assert once == twice
    assert [item.rule for item in once.skipped] == sorted(item.rule for item in once.skipped)


def test_error_reaches_both_thresholds_and_a_warning_only_its_own() -> None:
    reached = {(one, least) for one in Severity for least in Severity if one.reaches(least)}
    assert reached == set(product(Severity, Severity)) - {(Severity.WARNING, Severity.ERROR)}


def test_docstring_example_of_the_rule_book_runs() -> None:
    result = doctest.testmod(queuesmith.rules)
    assert result.attempted
    assert not result.failed


def test_each_rule_has_one_file_named_by_its_id() -> None:
    names = sorted(path.stem for path in (ROOT / "queuesmith" / "rules" / "catalog").glob("QL*.py"))
    assert [name.partition("_")[0] for name in names] == list(rules_by_id())
    assert all(re.fullmatch(r"QL\d{3}_\w+", name) for name in names)


def test_alarm_rules_are_skipped_if_the_file_has_no_alarms() -> None:
    skipped = check_pipeline(good(alarms=NO_ALARMS)).skipped
    assert [(item.rule, item.reason) for item in skipped] == [
        (rule, "the alarms, because none were found") for rule in ("QL301", "QL302", "QL303", "QL305")
    ]


def test_reason_for_unknown_alarms_is_reported() -> None:
    skipped = check_pipeline(good(alarms=Unknown("the alarms (access denied: cloudwatch:DescribeAlarms)"))).skipped
    assert {item.reason for item in skipped} == {"the alarms (access denied: cloudwatch:DescribeAlarms)"}
