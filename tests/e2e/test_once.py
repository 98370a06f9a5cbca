"""A message that is delivered twice, at once or after a crash, has its effect once: what each of the two ways promises."""

from __future__ import annotations

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from queuesmith.local.sample_orders import order
from tests.conftest import ROOT
from tests.e2e.cloud import MAIL_HANDLER, Cloud, failures, mail
from tests.e2e.runtime_endpoint import RuntimeEndpoint
from tests.waiting import wait_for


def both_at_once(first: RuntimeEndpoint, second: RuntimeEndpoint, event: Any) -> list[list[str]]:
    """Hand one event to two functions at the same moment; what each returns."""
    with ThreadPoolExecutor(2) as threads:
        barrier = threading.Barrier(2)

        def invoke(endpoint: RuntimeEndpoint) -> list[str]:
            barrier.wait()
            return failures(endpoint.invoke(event))

        return list(threads.map(invoke, (first, second)))


def test_two_deliveries_at_once_write_an_order_once(
    cloud: Cloud, endpoint: RuntimeEndpoint, endpoint_too: RuntimeEndpoint, tmp_path: Path
) -> None:
    for number, each in enumerate((endpoint, endpoint_too)):
        each.start(cloud.python, cloud.code, cloud.variables(), tmp_path / f"log-{number}")
    numbers = range(100, 110)
    for number in numbers:
        assert both_at_once(endpoint, endpoint_too, cloud.received(json.dumps(order(number)))) == [[], []]
    logs = [(tmp_path / f"log-{number}").read_text() for number in (0, 1)]
    for number in numbers:
        said = [
            line["message"]
            for log in logs
            for line in map(json.loads, log.splitlines())
            if line.get("order_id") == f"order-{number:05}"
        ]
        assert sorted(said) == ["message processed", "message was done before"]


def test_after_a_crash_between_the_write_and_the_answer_the_order_is_there_once_and_the_message_done(
    cloud: Cloud, endpoint: RuntimeEndpoint, endpoint_too: RuntimeEndpoint, tmp_path: Path
) -> None:
    code = tmp_path / "task"
    shutil.copytree(cloud.code, code)
    shutil.copy(ROOT / "tests" / "workers" / "crash.py", code)
    variables = cloud.variables(DIED=str(tmp_path / "died"))
    event = cloud.received(json.dumps(order(120)))
    process = endpoint.start(cloud.python, code, variables, tmp_path / "log-0", "crash.lambda_handler")
    endpoint.hand_out(event)
    assert process.wait(timeout=30) == 1
    endpoint_too.start(cloud.python, code, variables, tmp_path / "log-1", "crash.lambda_handler")
    assert failures(endpoint_too.invoke(event)) == []
    wait_for(lambda: "message was done before" in (tmp_path / "log-1").read_text(), "it says so", 10)


def test_with_idempotency_the_second_of_two_deliveries_at_once_comes_back(
    cloud: Cloud, mail_code: Path, mail_variables: dict[str, str], endpoint: RuntimeEndpoint, endpoint_too: RuntimeEndpoint,
    tmp_path: Path,
) -> None:  # fmt: skip
    variables = {**mail_variables, "WORKER_TRACING": "false", "OUTBOX": str(tmp_path / "outbox")}
    for number, each in enumerate((endpoint, endpoint_too)):
        each.start(cloud.python, mail_code, variables, tmp_path / f"log-{number}", MAIL_HANDLER)
        assert failures(each.invoke(cloud.received(mail(f"warm-{number}")))) == []
    event = cloud.received(mail("once", "slow"))
    returned = both_at_once(endpoint, endpoint_too, event)
    assert sorted(map(len, returned)) == [0, 1]
    assert (tmp_path / "outbox").read_text().split().count("once") == 1
    assert failures(endpoint.invoke(event)) == [], "the next delivery finds it done"
    assert (tmp_path / "outbox").read_text().split().count("once") == 1


def test_with_idempotency_a_crash_after_the_effect_repeats_it_once_its_time_is_over(
    cloud: Cloud, mail_code: Path, mail_variables: dict[str, str], endpoint: RuntimeEndpoint, endpoint_too: RuntimeEndpoint,
    tmp_path: Path,
) -> None:  # fmt: skip
    """What Idempotency cannot promise, because effect and record are two writes: the reason for the conditional write."""
    variables = {**mail_variables, "WORKER_TRACING": "false", "OUTBOX": str(tmp_path / "outbox")}
    event = cloud.received(mail("twice", "crashes"))
    process = endpoint.start(cloud.python, mail_code, variables, tmp_path / "log-0", MAIL_HANDLER)
    endpoint.hand_out(event, timeout=5)
    assert process.wait(timeout=30) == 1
    calm = json.loads(json.dumps(event).replace("crashes", "calm"))
    endpoint_too.start(cloud.python, mail_code, variables, tmp_path / "log-1", MAIL_HANDLER)
    assert failures(endpoint_too.invoke(calm, timeout=5)) != [], "it may still be under way"
    wait_for(lambda: failures(endpoint_too.invoke(calm, timeout=5)) == [], "the first invocation's time is over", 20)
    assert (tmp_path / "outbox").read_text().split() == ["twice", "twice"]
