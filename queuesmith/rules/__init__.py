"""The rule book: the `Pipeline` model, one table of limits, and one file per rule with its examples next to it.

>>> from datetime import date
>>> from queuesmith.rules import Function, EventSourceMapping, Pipeline, Queue, RedrivePolicy, check_pipeline
>>> queue = Queue(visibility_timeout=180, redrive_policy=RedrivePolicy(max_receive_count=5))
>>> function = Function(timeout=30)
>>> mapping = EventSourceMapping(batch_size=50, response_types=("ReportBatchItemFailures",))
>>> pipeline = Pipeline(name="orders", queue=queue, function=function, mapping=mapping, today=date(2026, 11, 23))
>>> for finding in check_pipeline(pipeline).findings:
...     print(finding.rule, finding.message)
QL018 the queue accepts requests without TLS
QL102 source.batch_size is 50, but without a batching window at most 10 is allowed
"""

from queuesmith.rules.alarms import Alarm, Metric
from queuesmith.rules.book import check_pipeline, check_pipelines, rules
from queuesmith.rules.deployment import Deployment, RollbackAlarm
from queuesmith.rules.drift import drift
from queuesmith.rules.finding import CheckResult, Finding, Place, Severity, SkippedCheck
from queuesmith.rules.function import Function, LogGroup, Role
from queuesmith.rules.iam.policy import Statement
from queuesmith.rules.part import Dialect
from queuesmith.rules.pipeline import EventSourceMapping, KmsKey, Pipeline, Pollers
from queuesmith.rules.queue import Queue, RedriveAllowPolicy, RedrivePolicy, ServiceSender
from queuesmith.rules.rule import Rule
from queuesmith.rules.suppression import Suppression, check_suppression, suppress
from queuesmith.rules.unknown import MaybeUnknown, Unknown

__all__ = [
    "Alarm",
    "CheckResult",
    "Deployment",
    "Dialect",
    "EventSourceMapping",
    "Finding",
    "Function",
    "KmsKey",
    "LogGroup",
    "MaybeUnknown",
    "Metric",
    "Pipeline",
    "Place",
    "Pollers",
    "Queue",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "Role",
    "RollbackAlarm",
    "Rule",
    "ServiceSender",
    "Severity",
    "SkippedCheck",
    "Statement",
    "Suppression",
    "Unknown",
    "check_pipeline",
    "check_pipelines",
    "check_suppression",
    "drift",
    "rules",
    "suppress",
]  # fmt: skip
