"""A queue, the function that works it off, and everything that keeps the two honest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import jsii
from cdktf import TerraformOutput
from constructs import Construct, IValidation

from queuesmith.rules import Severity
from stacks.alarms import AlarmPack
from stacks.event_source import EventSource
from stacks.judgement import judge_worker
from stacks.model import Surroundings
from stacks.settings import WorkerSettings
from stacks.table import Table
from stacks.work_queue import WorkQueue
from stacks.worker_function import WorkerFunction


class QueueWorker(Construct):
    """Queue, DLQ, function, mapping and alarms of one worker.

    `tables` are the tables that `settings.tables` names, by the same keys; `alarm_topic_arn` is where its alarms go.
    Settings that break a rule stop `app.synth()` with the construct's path.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: WorkerSettings,
        *,
        tables: Mapping[str, Table] | None = None,
        alarm_topic_arn: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        used = {key: _table(key, id, tables or {}) for key in settings.tables}
        self.queue = WorkQueue(self, "queue", settings)
        self.function = WorkerFunction(self, "function", settings, {key: table.name for key, table in used.items()})
        self.function.consumes(self.queue)
        for key, access in settings.tables.items():
            self.function.uses(used[key].arn, access.operations or ())
        self.source = EventSource(self, "source", settings.source, self.queue, self.function)
        self.alarms = AlarmPack(self, "alarms", settings.alarms, self.queue, self.function, alarm_topic_arn)
        self._outputs(id)
        self.node.add_validation(_RuleBook(id, settings, self.function))

    def grant(self, actions: Sequence[str], resources: Sequence[str]) -> None:
        """Let the function do these actions on these resources: `grant(["s3:GetObject"], [f"{bucket.arn}/*"])`."""
        self.function.grant(actions, resources)

    def _outputs(self, id: str) -> None:
        values = {
            "queue_url": self.queue.url,
            "queue_arn": self.queue.arn,
            "dead_letter_queue_url": self.queue.dead_letter_url,
            "dead_letter_queue_arn": self.queue.dead_letter_arn,
            "function_name": self.function.name,
            "log_group": self.function.log_group_name,
        }
        for name, value in values.items():
            TerraformOutput(self, name.replace("_", "-"), value=value).override_logical_id(f"{id}_{name}")


def _table(key: str, worker: str, tables: Mapping[str, Table]) -> Table:
    if key not in tables:
        given = ", ".join(tables) or "none"
        raise ValueError(
            f"{worker}: settings.tables names {key}, but the argument tables has {given}. Pass tables={{{key!r}: …}}"
        )
    return tables[key]


@jsii.implements(IValidation)
class _RuleBook:
    """Judges the worker when its stack is synthesized."""

    def __init__(self, name: str, settings: WorkerSettings, function: WorkerFunction) -> None:
        self._name, self._settings, self._function = name, settings, function

    def validate(self) -> list[str]:
        around = Surroundings(granted=tuple(self._function.granted))
        findings = judge_worker(self._name, self._settings, date.today(), around)
        return [f"{f.message}. {f.remedy}. [{f.rule}]" for f in findings if f.severity is Severity.ERROR]
