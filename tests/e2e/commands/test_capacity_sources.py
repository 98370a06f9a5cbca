"""`queuesmith capacity` with service times from a log, and arrivals from CloudWatch, in the emulator."""

from __future__ import annotations

import io
import json

import pytest

from tests.e2e.commands.log_lines import GROUP, put, put_sent, report
from tests.e2e.commands.world import Deployed, World


def batch(count: int, milliseconds: float, cold: float | None = None) -> list[str]:
    """The lines of one invocation that uses the toolkit: its metrics as Powertools writes them, then Lambda's report."""
    from aws_lambda_powertools import Metrics

    metrics = Metrics(namespace="queuesmith", service="orders")
    metrics.add_metric(name="Processed", unit="Count", value=count)
    with pytest.MonkeyPatch.context() as patch:
        written = io.StringIO()
        patch.setattr("sys.stdout", written)
        metrics.flush_metrics()
    return [written.getvalue(), report(milliseconds, cold=cold)]


@pytest.fixture(scope="module")
def orders(world: World) -> Deployed:
    return world.deploy()


def test_sources_say_what_to_do_without_data(world: World, orders: Deployed) -> None:
    put(world, "REPORT of something else", json.dumps({"type": "platform.start", "record": {}}))
    no_log = world.run("capacity", "dev", "orders", "--rate", "5/s", "--from-logs", "1h")
    assert (no_log.returncode, no_log.stdout) == (2, "")
    assert no_log.stderr.startswith(f"error: --from-logs: {GROUP} has no REPORT lines since 20")
    assert no_log.stderr.endswith(
        "Specify a longer time or --per-message, and set function.logs.system_level to INFO if it is WARN\n"
    )
    no_metrics = world.run("capacity", "dev", "orders", "--from-metrics", "2d", "--per-message", "20ms")
    assert (no_metrics.returncode, no_metrics.stdout) == (2, "")
    assert no_metrics.stderr.startswith("error: --from-metrics: NumberOfMessagesSent of dev-orders has no messages since 20")
    assert no_metrics.stderr.endswith("Specify a longer time, or --rate\n")


def test_invocations_without_batch_sizes_count_as_one_message_each(world: World, orders: Deployed) -> None:
    text = "REPORT RequestId: 6bc28136-xmpl\tDuration: 80.00 ms\tBilled Duration: 80 ms\tMemory Size: 256 MB\t"
    put(world, f"{text}Init Duration: 400.00 ms\t\n", report(80), report(3000, status="timeout"), ago=7_200)
    result = world.run("capacity", "dev", "orders", "--rate", "5/s", "--from-logs", "3h")
    assert result.returncode == 0, result.stderr
    first, second, warning = result.stderr.splitlines()[:3]
    assert first.startswith(f"service times: 2 invocations in {GROUP} since 20")
    assert first.endswith("2 messages. A message takes 80 ms (median), 80 ms (p99). Cold start: 400 ms (median of 1)")
    assert second == "not counted: 1 invocation that failed, or whose batch size is unknown"
    assert warning.startswith("warning: the log has no batch sizes (metrics of queuesmith_worker)")


def test_prediction_uses_the_log_and_the_metrics(world: World, orders: Deployed) -> None:
    put(world, *batch(10, 200, cold=350), *batch(10, 200), *batch(1, 900), report(5))
    put_sent(world, 600, ago=600)
    put_sent(world, 60, ago=300)
    command = ("capacity", "dev", "orders", "--from-logs", "1h", "--from-metrics", "30m")
    result = world.run(*command, "--json")
    assert result.returncode == 0, result.stderr
    assert "service times: 3 invocations in" in result.stderr
    assert "21 messages. A message takes 20 ms (median), 900 ms (p99). Cold start: 350 ms (median of 1)" in result.stderr
    assert "not counted: 1 invocation that failed, or whose batch size is unknown" in result.stderr
    assert "arrivals: 660 messages sent to dev-orders since 20" in result.stderr
    assert "in periods of 1 minute" in result.stderr
    document = json.loads(result.stdout)
    rates = [each["rate"] for each in document["workload"]["phases"]]
    assert (len(rates), [rate for rate in rates if rate]) == (30, [10.0, 1.0])
    sends = next(each for each in document["costs"] if each["name"] == "sends")
    assert sends["quantity"] == pytest.approx(660 * 730 * 2, rel=0.15)  # half an hour, repeated for a month
