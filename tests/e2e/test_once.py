"""A message that is delivered twice, simultaneously or after a crash, takes effect once: the guarantees of two methods."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.e2e.cloud import MAIL_HANDLER, Cloud, failures, mail
from tests.e2e.runtime_endpoint import RuntimeEndpoint
from tests.sample_orders import order
from tests.waiting import TIMEOUT, wait_for


def invoke_both(
    first: RuntimeEndpoint, second: RuntimeEndpoint, event: Any, then: Callable[[], object] = lambda: None
) -> list[list[str]]:
    """Send one event to two functions at the same moment. Returns the failures that each reports. `then` is called when one
    of them has answered, or after TIMEOUT seconds.
    """
    with ThreadPoolExecutor(2) as threads:
        barrier = threading.Barrier(2)

        def invoke(endpoint: RuntimeEndpoint) -> list[str]:
            barrier.wait()
            return failures(endpoint.invoke(event))

        answers = [threads.submit(invoke, endpoint) for endpoint in (first, second)]
        wait(answers, TIMEOUT, FIRST_COMPLETED)
        then()
        return [answer.result() for answer in answers]


def start_warm_functions(
    cloud: Cloud, code: Path, variables: Mapping[str, str], folder: Path, *endpoints: RuntimeEndpoint
) -> list[subprocess.Popen[bytes]]:
    """Start functions that send mail, and let each send one mail, so that later invocations are warm."""
    processes = []
    for number, endpoint in enumerate(endpoints):
        processes.append(endpoint.start(cloud.python, code, variables, folder / f"log-{number}", MAIL_HANDLER))
        assert failures(endpoint.invoke(cloud.received(mail(f"{folder.name}-{number}")))) == []
    return processes


def expire_record_in_progress(cloud: Cloud) -> None:
    """Expire the record of the invocation that crashed. Until then, Idempotency treats the record as work in progress."""
    table = cloud.client("dynamodb")
    (record,) = [item for item in table.scan(TableName="done")["Items"] if item["status"]["S"] == "INPROGRESS"]
    table.update_item(
        TableName="done",
        Key={"id": record["id"]},
        UpdateExpression="SET in_progress_expiration = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )


def test_simultaneous_deliveries_write_an_order_once(
    cloud: Cloud, endpoint: RuntimeEndpoint, endpoint_too: RuntimeEndpoint, tmp_path: Path
) -> None:
    for number, each in enumerate((endpoint, endpoint_too)):
        each.start(cloud.python, cloud.code, cloud.variables(), tmp_path / f"log-{number}")
    numbers = range(100, 110)
    for number in numbers:
        assert invoke_both(endpoint, endpoint_too, cloud.received(json.dumps(order(number)))) == [[], []]
    logs = [(tmp_path / f"log-{number}").read_text() for number in (0, 1)]
    lines = [json.loads(line) for log in logs for line in log.splitlines()]
    stored = [item["order_id"]["S"] for item in cloud.client("dynamodb").scan(TableName="orders")["Items"]]
    for order_id in (f"order-{number:05}" for number in numbers):
        messages = [line["message"] for line in lines if line.get("order_id") == order_id]
        assert len(messages) == 2
        assert messages.count("message already done") >= 1  # twice if the answer to its own write also came too late
        assert set(messages) <= {"message processed", "message already done"}
        assert stored.count(order_id) == 1


def test_crash_after_the_write_leaves_the_order_written_once(
    cloud: Cloud, endpoint: RuntimeEndpoint, endpoint_too: RuntimeEndpoint, tmp_path: Path
) -> None:
    code = tmp_path / "task"
    shutil.copytree(cloud.code, code)
    shutil.copy(ROOT / "tests" / "workers" / "crash.py", code)
    variables = cloud.variables(DIED=str(tmp_path / "died"))
    event = cloud.received(json.dumps(order(120)))
    process = endpoint.start(cloud.python, code, variables, tmp_path / "log-0", "crash.lambda_handler")
    endpoint.hand_out(event)
    assert process.wait(TIMEOUT) == 1
    endpoint_too.start(cloud.python, code, variables, tmp_path / "log-1", "crash.lambda_handler")
    assert failures(endpoint_too.invoke(event)) == []
    wait_for(lambda: "message already done" in (tmp_path / "log-1").read_text(), "it says so")


def test_idempotency_returns_the_second_simultaneous_delivery(
    cloud: Cloud, mail_code: Path, mail_variables: dict[str, str], endpoint: RuntimeEndpoint, endpoint_too: RuntimeEndpoint,
    tmp_path: Path,
) -> None:  # fmt: skip
    variables = {**mail_variables, "WORKER_TRACING": "false", "OUTBOX": str(tmp_path / "outbox")}
    start_warm_functions(cloud, mail_code, variables, tmp_path, endpoint, endpoint_too)
    event = cloud.received(mail("once", "waits"))
    returned = invoke_both(endpoint, endpoint_too, event, (tmp_path / "outbox.go-on").touch)
    assert sorted(map(len, returned)) == [0, 1]
    assert (tmp_path / "outbox").read_text().split().count("once") == 1
    assert failures(endpoint.invoke(event)) == [], "the next delivery finds it done"
    assert (tmp_path / "outbox").read_text().split().count("once") == 1


def test_idempotency_repeats_the_effect_after_a_crash(
    cloud: Cloud, mail_code: Path, mail_variables: dict[str, str], endpoint: RuntimeEndpoint, endpoint_too: RuntimeEndpoint,
    tmp_path: Path,
) -> None:  # fmt: skip
    """Idempotency cannot prevent this, because effect and record are two writes. A conditional write prevents it."""
    variables = {**mail_variables, "WORKER_TRACING": "false", "OUTBOX": str(tmp_path / "outbox")}
    process, _ = start_warm_functions(cloud, mail_code, variables, tmp_path, endpoint, endpoint_too)
    event = cloud.received(mail("twice", "crashes"))
    endpoint.hand_out(event)
    assert process.wait(TIMEOUT) == 1
    calm = json.loads(json.dumps(event).replace("crashes", "calm"))
    assert failures(endpoint_too.invoke(calm)) != [], "it may still be under way"
    expire_record_in_progress(cloud)
    assert failures(endpoint_too.invoke(calm)) == []
    assert (tmp_path / "outbox").read_text().split()[2:] == ["twice", "twice"]
