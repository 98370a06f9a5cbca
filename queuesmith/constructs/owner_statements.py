"""What the owner of a queue in another account adds to its policies, so that a worker can use the queue."""

from __future__ import annotations

from queuesmith.common.json_values import compact_json
from queuesmith.constructs.worker_function import WorkerFunction
from queuesmith.settings.derived.function_access import SourceQueue


def owner_statements(function: WorkerFunction, queue: SourceQueue) -> str:
    """Return the statements for the policies of the queue, its DLQ and its key as JSON: everything that the role does there."""
    arns = {"queue": queue.arn, "dead_letter_queue": queue.dead_letter_arn, "key": queue.kms_key_arn}
    statements = {name: function.statements_for_owner(arn) for name, arn in arns.items() if arn}
    return compact_json({name: [each.as_dict() for each in found] for name, found in statements.items() if found})
