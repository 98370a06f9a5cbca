"""The rule book: the `Pipeline` model, one table of limits, and one file per rule with its examples next to it.

>>> from datetime import date
>>> from queuesmith.rules import Function, EventSourceMapping, Pipeline, Queue, Redrive, judge
>>> queue = Queue(visibility_timeout=180, redrive=Redrive(max_receive_count=5))
>>> function = Function(timeout=30)
>>> mapping = EventSourceMapping(batch_size=50, response_types=("ReportBatchItemFailures",))
>>> pipeline = Pipeline(name="orders", queue=queue, function=function, mapping=mapping, today=date(2026, 11, 23))
>>> for finding in judge(pipeline).findings:
...     print(finding.rule, finding.message)
QL018 queue takes requests without TLS
QL102 source.batch_size is 50, but without a batching window at most 10 is allowed
"""

from queuesmith.rules.acceptance import Acceptance, accept, complaints
from queuesmith.rules.alarms import Alarm, Metric
from queuesmith.rules.book import judge, judge_all, rules
from queuesmith.rules.drift import drift
from queuesmith.rules.finding import Finding, Judgement, NotJudged, Severity
from queuesmith.rules.iam.policy import Statement
from queuesmith.rules.part import Dialect
from queuesmith.rules.pipeline import (
    EventSourceMapping,
    Function,
    KmsKey,
    LogGroup,
    Pipeline,
    Pollers,
    Queue,
    Redrive,
    RedriveAllow,
    Role,
)
from queuesmith.rules.rule import Rule
from queuesmith.rules.unknown import MaybeUnknown, Unknown

__all__ = [
    "Acceptance", "Alarm", "Dialect", "EventSourceMapping", "Finding", "Function", "Judgement", "KmsKey", "LogGroup",
    "MaybeUnknown", "Metric", "NotJudged", "Pipeline", "Pollers", "Queue", "Redrive", "RedriveAllow", "Role", "Rule",
    "Severity", "Statement", "Unknown", "accept", "complaints", "drift", "judge", "judge_all", "rules",
]  # fmt: skip
