"""The rule book: what a queue-to-Lambda pipeline must satisfy. Pure Python over plain numbers and strings.

from queuesmith.rules import Function, Mapping, Pipeline, Queue, judge

for finding in judge(Pipeline(…)).findings:
print(finding.rule, finding.message)
"""

from queuesmith.rules.acceptance import Acceptance, Accepted, accept
from queuesmith.rules.book import judge, judge_all, rules
from queuesmith.rules.drift import drift
from queuesmith.rules.finding import Finding, Judgement, NotJudged, Severity
from queuesmith.rules.known import Known, Unknown
from queuesmith.rules.pipeline import (
    Alarm,
    Dialect,
    Function,
    Key,
    LogGroup,
    Mapping,
    Metric,
    Pipeline,
    Pollers,
    Queue,
    Redrive,
    RedriveAllow,
    Role,
)
from queuesmith.rules.policy import Statement
from queuesmith.rules.rule import Rule

__all__ = [
    "Acceptance",
    "Accepted",
    "Alarm",
    "Dialect",
    "Finding",
    "Function",
    "Judgement",
    "Key",
    "Known",
    "LogGroup",
    "Mapping",
    "Metric",
    "NotJudged",
    "Pipeline",
    "Pollers",
    "Queue",
    "Redrive",
    "RedriveAllow",
    "Role",
    "Rule",
    "Severity",
    "Statement",
    "Unknown",
    "accept",
    "drift",
    "judge",
    "judge_all",
    "rules",
]
