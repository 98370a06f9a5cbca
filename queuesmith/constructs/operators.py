"""The policies of the people on call, for one worker."""

from __future__ import annotations

from queuesmith.constructs.operator_permissions import policy
from queuesmith.constructs.work_queue import SourceQueue
from queuesmith.constructs.worker_function import WorkerFunction


def operator_policies(queue: SourceQueue, function: WorkerFunction, mapping_arn: str) -> dict[str, str]:
    """`operator_read` and `operator_act` by the names of their outputs."""
    parts = {
        "queue": [queue.arn],
        "dead_letter_queue": [queue.dead_letter_arn] if queue.dead_letter_arn else [],
        "function": list(dict.fromkeys([function.arn, function.invoked_arn])),
        "mapping": [mapping_arn],
        "log_group": [f"{function.log_group_arn}:*"],
        "role": [function.role_arn],
        "key": [queue.key_arn] if queue.key_arn else [],
    }
    return {"operator_read_policy": policy("read", parts), "operator_act_policy": policy("act", parts)}
