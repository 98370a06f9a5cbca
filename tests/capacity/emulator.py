"""Runs a real function on the emulator, and compares counts and times with the model's profile `emulator`.

On a loaded machine a batch can take longer than the visibility timeout. Its messages are then delivered twice, and count once.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from queuesmith.capacity.constants import PROFILES
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.workload import ServiceTime, Workload
from queuesmith.local.emulator import Emulator
from tests.capacity.setups import ENGINES, Check, backlog
from tests.conftest import a_zip, python_of
from tests.e2e.cloud import REGION, make_role
from tests.waiting import wait_for

SECONDS, POISON, ATTEMPTS, VISIBILITY = 0.1, 6, 3, 12
"""Seconds for a message, messages that always fail, receive attempts, and seconds of visibility timeout."""
HANDLER = f"""
import json, os, time
def lambda_handler(event, context):
    failed = []
    for record in event["Records"]:
        time.sleep({SECONDS})
        if record["body"] == "poison":
            failed.append({{"itemIdentifier": record["messageId"]}})
    seen = {{"end": time.time(), "ids": [record["messageId"] for record in event["Records"]], "failed": len(failed)}}
    with open(os.path.join(os.environ["FOLDER"], context.aws_request_id), "w") as file:
        json.dump(seen, file)
    print("done")
    return {{"batchItemFailures": failed}}
"""


def checks() -> Iterator[Check]:
    """Yield the checks of two runs: 300 messages with 4 concurrent invocations, and 600 with 5."""
    with Emulator(python_of("emulator")) as emulator, tempfile.TemporaryDirectory() as folder:
        for sent, concurrency in ((300, 4), (600, 5)):
            own = Path(folder) / str(sent)
            own.mkdir()
            counted, seconds = _measured(emulator, own, sent, concurrency)
            yield from _compared(f"{sent:,} messages, {concurrency} concurrent", sent, concurrency, counted, seconds)


def _compared(name: str, sent: int, concurrency: int, counted: dict[str, int], seconds: float) -> Iterator[Check]:
    assumed = PROFILES["emulator"].assume()
    parameters = Parameters(
        maximum_concurrency=concurrency, timeout=30, visibility_timeout=VISIBILITY, max_receive_count=ATTEMPTS
    )
    fixed = replace(assumed, mapping_concurrency=1_000)
    workload = Workload(phases=backlog(sent, 120), service=ServiceTime.constant(SECONDS), poison=POISON / sent, is_regular=True)
    totals = ENGINES["slots"](parameters, workload, fixed).totals
    yield Check(f"{name}: processed", "emulator", counted["done"], round(totals.done, 6), 0)
    yield Check(f"{name}: in the DLQ", "emulator", counted["dead"], round(totals.dead, 6), 0)
    failed = round(totals.received - totals.done, 6)
    yield Check(f"{name}: failed attempts", "emulator", counted["failed"], failed, 0)
    run = ENGINES["events"](parameters, replace(workload, poison=0.0), fixed, 0.1)
    last = max(index for index, deleted in enumerate(run.series.deleted) if deleted)
    yield Check(f"{name}: seconds", "emulator", seconds, last * 0.1, 0.2)


def _measured(emulator: Emulator, folder: Path, sent: int, concurrency: int) -> tuple[dict[str, int], float]:
    """Return what happened to the messages, and the seconds until the last one was processed that can succeed."""
    sqs, functions = (emulator.endpoint.client(service, REGION) for service in ("sqs", "lambda"))
    name = f"capacity-{sent}"
    dead = sqs.create_queue(QueueName=f"{name}-dlq")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": str(ATTEMPTS)})
    attributes = {"VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": policy}
    queue = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=make_role(emulator.endpoint.client("iam", REGION), name, {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}),
        Handler="main.lambda_handler",
        Timeout=30,
        Code={"ZipFile": a_zip(HANDLER)},
        Environment={"Variables": {"FOLDER": str(folder)}},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    mapping = functions.create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=name,
        BatchSize=10,
        Enabled=False,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": concurrency},
    )
    _send(sqs, queue, sent)
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    wait_for(lambda: _waiting(sqs, dead) == POISON and _waiting(sqs, queue) == 0, "the queue is empty", 90)
    functions.delete_event_source_mapping(UUID=mapping["UUID"])
    seen = [json.loads(path.read_text()) for path in folder.iterdir()]
    good = [each for each in seen if len(each["ids"]) > each["failed"]]
    begin = min(each["end"] - len(each["ids"]) * SECONDS for each in good)
    different, died = len({message for each in seen for message in each["ids"]}), _waiting(sqs, dead)
    counted = {"done": different - died, "dead": died, "failed": sum(each["failed"] for each in seen)}
    return counted, max(each["end"] for each in good) - begin


def _send(sqs: Any, queue: str, sent: int) -> None:
    bodies = [
        "poison" if index % (sent // POISON) == 0 and index // (sent // POISON) < POISON else "ok" for index in range(sent)
    ]
    for start in range(0, sent, 10):
        entries = [{"Id": str(index), "MessageBody": body} for index, body in enumerate(bodies[start : start + 10])]
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)


def _waiting(sqs: Any, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(int(value) for value in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"].values())
