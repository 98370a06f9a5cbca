"""docs/images/message.svg: what becomes of a message, with the numbers of the sample's stack."""

from __future__ import annotations

import json

from tools.drawing import Drawing, text
from tools.pipeline_picture import CLOUDWATCH, DAY, LAMBDA, OTHER, SQS, queues
from tools.sample_stack import one, resources

SENT, WAITS, IN_WORK, DONE = (20, 116, 130, 84), (230, 116, 210, 84), (580, 116, 210, 84), (950, 116, 150, 84)
DEAD, GONE = (580, 316, 210, 84), (950, 316, 150, 84)


def picture() -> str:
    """The SVG."""
    drawing = Drawing(1120, 470, "A message waits, is in work, and is deleted, comes back, or goes to the dead-letter queue")
    queue, dead_letters = queues()
    receives = json.loads(queue["redrive_policy"])["maxReceiveCount"]
    hidden, batch = queue["visibility_timeout_seconds"], one("aws_lambda_event_source_mapping")["batch_size"]
    drawing.box(SENT, OTHER, "sent", "by a producer", "accepted by SQS")
    drawing.box(
        WAITS,
        SQS,
        "waits",
        queue["name"],
        f"for {_days(queue['message_retention_seconds'])} days at the most,",
        f"alarm after {_alarm('expiry')}",
    )
    drawing.box(IN_WORK, LAMBDA, "in work", "received by Lambda", f"in a batch of up to {batch},", f"hidden for {hidden} s")
    drawing.box(DONE, OTHER, "done", "deleted", "its effect is there once")
    drawing.box(
        DEAD,
        SQS,
        "failed for good",
        dead_letters["name"],
        f"for {_days(dead_letters['message_retention_seconds'])} days at the most,",
        f"alarm at {_threshold('dead-letter-depth')}, and after {_alarm('dead-letter-expiry')}",
    )
    drawing.box(GONE, CLOUDWATCH, "lost", "expired", "if nobody looked")
    _ways(drawing, receives, hidden)
    drawing.lines.append(_last(hidden))
    return drawing.svg()


def _ways(drawing: Drawing, receives: int, hidden: int) -> None:
    drawing.way([(150, 158), (230, 158)])
    drawing.way([(440, 158), (580, 158)], label=f"at the most {receives} times", at=(448, 151))
    drawing.way([(790, 158), (950, 158)], label="returns, AlreadyDone", at=(806, 151))
    drawing.way(
        [(685, 116), (685, 62), (380, 62), (380, 116)], "dashed", f"raises: hidden for up to {_backoff(receives)} s", (412, 55)
    )
    drawing.way(
        [(740, 116), (740, 32), (320, 32), (320, 116)],
        "dashed",
        f"killed, out of time, answer lost: hidden until the {hidden} s are over",
        (366, 25),
    )
    drawing.way(
        [(720, 200), (720, 316)], label="NonRetryable, or not valid: a copy with the reason, then deleted", at=(730, 250)
    )
    drawing.way([(400, 200), (400, 340), (580, 340)], label=f"received {receives} times", at=(410, 333))
    drawing.way(
        [(580, 378), (300, 378), (300, 200)],
        "dashed",
        "queuesmith dlq redrive: a new message",
        (310, 394),
    )
    drawing.way([(790, 358), (950, 358)], "dotted")
    drawing.way([(250, 200), (250, 424), (1025, 424), (1025, 400)], "dotted")


def _days(seconds: int) -> str:
    return f"{seconds / DAY:g}"


def _alarm(name: str) -> str:
    """After how long the alarm of this name goes off."""
    return f"{_days(_threshold(name))} days"


def _threshold(name: str) -> int:
    alarms = resources("aws_cloudwatch_metric_alarm").values()
    (threshold,) = (alarm["threshold"] for alarm in alarms if alarm["alarm_name"].endswith(f"orders-{name}"))
    return int(threshold)


def _backoff(receives: int) -> str:
    """The longest delay after each receive but the last."""
    variables = one("aws_lambda_function")["environment"]["variables"]
    base, cap = int(variables["WORKER_BACKOFF_BASE"]), int(variables["WORKER_BACKOFF_CAP"])
    return ", ".join(str(min(cap, base * 2**receive)) for receive in range(receives - 1))


def _last(hidden: int) -> str:
    timeout = one("aws_lambda_function")["timeout"]
    return text(
        20,
        452,
        f"The {hidden} s outlast the function's timeout of {timeout} s, so that nothing is visible while it is in work.",
    )
