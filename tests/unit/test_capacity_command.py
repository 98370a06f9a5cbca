"""`queuesmith capacity`: the answer, the options, and one line for each bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests import in_process
from tests.conftest import ROOT
from tests.plans import generated_plan
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, write

LOAD = ("--rate", "500/s", "--peak", "5000/s:10m", "--per-message", "20ms")


def run(*arguments: str, folder: Path = ROOT / "tests" / "sample") -> Any:
    return in_process.queuesmith("capacity", *arguments, folder=folder, variables={"COLUMNS": "200"})


def test_launch_that_is_too_large_for_the_sample() -> None:
    result = run("prod", "orders", *LOAD)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == (
        "At most 1,852 messages/s (maximum concurrency 50). 5,000/s for 10 min is more: 1.89 million messages wait, and the "
        "oldest is 17 min old. The backlog is drained 23 min after the peak. The alarm oldest_message_age fires 8 min into the "
        "peak and pages, for 25 min. 1 more alarm fires. 0 messages reach the DLQ."
    )
    assert len(result.stdout.splitlines()) < 25


def test_document_has_the_figures_and_every_assumption() -> None:
    result = run(
        "prod", "orders", *LOAD, "--json", "--want", "age<300s", "--try", "source.maximum_concurrency=90,source.batch_size=5"
    )
    document = json.loads(result.stdout)
    assert document["likely"]["backlog"] == pytest.approx(1_888_889, rel=0.001)
    assert document["queues_needed"] == 3
    assert document["best"]["age"] < document["likely"]["age"] < document["worst"]["age"]
    assert document["tries"][0]["changes"] == {"source.maximum_concurrency": 90, "source.batch_size": 5}
    first = document["recommendations"][0]
    assert 88 <= first["changes"]["source.maximum_concurrency"] <= 92
    assert first["figures"]["metric_age"] < 300
    assert document["constants"]["batch_overhead"]["status"] == "measured"
    assert document["region"] == "eu-central-1"
    assert {each["name"] for each in document["costs"] if each["usd"] is None} == {"X-Ray traces"}


@pytest.mark.parametrize(("condition", "status"), [("page", 1), ("alarm", 1)])
def test_exit_status_follows_the_alarms(condition: str, status: int) -> None:
    assert run("prod", "orders", *LOAD, "--fail-on", condition).returncode == status


def test_target_that_no_settings_reach_is_a_failure() -> None:
    result = run("prod", "orders", *LOAD, "--want", "p50<1ms")
    assert result.returncode == 1
    assert "No settings that were tried reach p50<1ms." in result.stdout


def test_plan_is_an_input_too(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(generated_plan(1)))
    result = run("--plan", "plan.json", "--rate", "10/s", "--per-message", "20ms", "--until", "5m", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("At most ")


def test_trace_gives_the_arrivals(tmp_path: Path) -> None:
    trace = tmp_path / "arrivals.csv"
    trace.write_text("seconds,messages\n0,600\n60,6000\n120,0\n")
    result = run("dev", "orders", "--trace", str(trace), "--per-message", "20ms", "--json")
    document = json.loads(result.stdout)
    assert [each["rate"] for each in document["workload"]["phases"]] == [10, 100, 0]
    sends = next(each for each in document["costs"] if each["name"] == "sends")
    assert sends["quantity"] == pytest.approx(6_600 * 730 * 3_600 / 180, rel=0.05), "three minutes, repeated for a month"
    assert "cost in " in (said := run("dev", "orders", "--trace", str(trace), "--per-message", "20ms").stdout)
    assert " if these arrivals repeat all month: " in said


TIME = "but must be a time with a unit: ms, s, m, h or d, for example 20ms or 10m"
LOW = ("--rate", "5/s", "--per-message", "1s")
BAD = [
    ((), "Specify the arrivals: --rate 500/s, with --peak 5000/s:10m if there is one, --trace FILE, or --from-metrics 2w"),
    (("--rate", "0/s"), '--rate is "0/s", but must be more than 0'),
    (("--rate", "-5/s"), '--rate is "-5/s", but must be more than 0'),
    (("--rate", "500"), '--rate is "500", but must be messages per s, min, h or d, for example 500/s'),
    (("--rate", "5/week"), '--rate is "5/week", but must be messages per s, min, h or d, for example 500/s'),
    (("--rate", "1e15/s"), '--rate is "1e15/s", but must be at most 100,000,000/s'),
    (("--rate", "5/s", "--peak", "50/s"), '--peak is "50/s", but must be RATE:LENGTH, for example 5000/s:10m'),
    (("--rate", "5/s", "--peak", "50/s:ten"), f'--peak is "50/s:ten", {TIME}'),
    (("--rate", "5/s", "--until", "90d"), '--until is "90d", but must be at most 31d'),
    (("--rate", "5/s"), "Specify how long the handler needs for a message: --per-message 20ms, --from-logs 1h, or "
     "source.expected_seconds_per_record in the settings"),
    (("--rate", "5/s", "--per-message", "20"), f'--per-message is "20", {TIME}'),
    (("--rate", "5/s", "--per-message", "p50=2s,p99=1s"), '--per-message is "p50=2s,p99=1s", but a higher percentile must '
     "not be shorter"),
    (("--rate", "5/s", "--per-message", "p100=2s"), '--per-message is "p100=2s", but must be a time, or percentiles such as '
     "p50=20ms,p99=150ms"),
    (("--rate", "5/s", "--per-message", "1h"), "--per-message is 3600 s on average, but the function timeout is 30 s: every "
     "message fails. Increase function.timeout"),
    ((*LOW, "--size", "2TB"), '--size is "2TB", but must be a size such as 800, 2KB or 1MiB'),
    ((*LOW, "--size", "2MB"), '--size is "2MB", but must be 1 to 1,048,576 bytes'),
    ((*LOW, "--transient", "120%"), '--transient is "120%", but must be 0% to 100%'),
    ((*LOW, "--groups", "9"), "--groups is for FIFO queues. This queue is a standard queue. "
     "Remove it"),
    ((*LOW, "--deploy-at", "2h"), "--deploy-at must be before the end of the simulation (3600 s). "
     "Increase --until"),
    ((*LOW, "--assume", "gcp"), "the profile is gcp, but must be one of: aws-2026-08, aws-2018, "
     "emulator"),
    ((*LOW, "--try", "x=1"), "x cannot be changed here. These settings can: source.batch_size, "),
    ((*LOW, "--try", "source.batch_size"), '--try is "source.batch_size", but must be KEY=VALUE with a '
     "number, true or false, for example source.maximum_concurrency=90"),
    ((*LOW, "--try", "queue.fair=5"), "queue.fair is 5, but must be true or false"),
    ((*LOW, "--try", "source.batch_size=true"), "source.batch_size is true, but must be 1 to 10,000"),
    ((*LOW, "--try", "source.maximum_concurrency=1"), "source.maximum_concurrency is 1, but must be 2 "
     "to 1,000"),
    ((*LOW, "--want", "speed>9"), '--want is "speed>9", but must be FIGURE<LIMIT, for example '
     "age<300s. FIGURE is one of: age, backlog, drain, p50, p95, p99, dlq, throttles, expired"),
    ((*LOW, "--want", "age<5"), f'--want is "age<5", {TIME}'),
    ((*LOW, "--want", "dlq<few"), '--want is "dlq<few", but must be a number such as 0 or 1000000'),
    (("--rate", "5/s", "--trace", "x.csv"), "--trace has all arrivals, so it cannot be combined with --rate, "
     "--peak or --until"),
    (("--from-metrics", "2w", "--rate", "5/s"), "--from-metrics has all arrivals, so it cannot be combined with --rate, "
     "--peak, --until or --trace"),
    (("--from-metrics", "2w", "--trace", "x.csv"), "--from-metrics has all arrivals, so it cannot be combined with --rate, "
     "--peak, --until or --trace"),
    (("--from-metrics", "2 fortnights"), '--from-metrics is "2 fortnights", but must be a duration such as 15m, 2h or 3d, or '
     "a time such as 2026-01-31T12:00"),
    (("--from-metrics", "90d"), '--from-metrics is "90d", but must be 5m to 31d before now, for example 2d'),
    (("--from-logs", "0s"), '--from-logs is "0s", but must be 5m to 31d before now, for example 2d'),
    ((*LOW, "--from-logs", "1h"), "--from-logs has the service times, so it cannot be combined with --per-message"),
    (("--rate", "5/s", "--from-logs", "1h", "--plan", "p.json"), "--from-logs reads a deployed worker, so it cannot be "
     "combined with --plan. Specify ENVIRONMENT and WORKER"),
    (("--rate", "5/s", "--peak", "1/s:5m"), '--peak is "1/s:5m", but must be higher than the normal rate, 5/s. Increase it, or '
     "remove it"),
    (("--rate", "5/s", "--per-message", "p50=1s,p50=2s"), '--per-message is "p50=1s,p50=2s", but has p50 twice. Remove one of '
     "them"),
    ((*LOW, "--until", "1ms"), "the arrivals last 0.001 s, but at least 60 s are needed, because CloudWatch publishes its "
     "metrics once a minute. Increase --until, or use a longer trace"),
    ((*LOW, "--cold", "1h"), '--cold is "1h", but must be at most 30m'),
    ((*LOW, "--try", "queue.delay=1,queue.delay=2"), '--try is "queue.delay=1,queue.delay=2", but has queue.delay twice. '
     "Remove one of them"),
    (("--rate", "1e7/s", "--per-message", "20ms", "--engine", "events"), "the workload has 36,000,000,000 messages, but the "
     "engine events simulates at most 5,000,000. Use --engine slots"),
    (("--trace", "missing.csv"), "--trace: missing.csv cannot be read: No such file or directory"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[" ".join(arguments) or "nothing" for arguments, _ in BAD])
def test_bad_input_is_one_line_with_the_fix(arguments: tuple[str, ...], message: str) -> None:
    result = run("prod", "orders", *arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rate", "9/s", "--engine", "slots"), "the engine slots cannot simulate message groups of different sizes (zipf). "
         "Use --engine events"),
        (("--rate", "9e4/s"), "the workload has 324,000,000 messages, but the engine events, which message groups of different "
         "sizes (zipf) need, simulates at most 5,000,000. Simulate a shorter time with --until, or a lower rate"),
    ],
)  # fmt: skip
def test_fifo_queue_that_cannot_be_simulated_is_an_error(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    write(tmp_path, main=MAPPING, queues=QUEUES.replace('= "orders"', '= "orders.fifo"\n  fifo_queue = true'))
    result = run("--plan", ".", "--per-message", "20ms", "--groups", "9:zipf=1", *options, folder=tmp_path)
    assert (result.returncode, result.stderr) == (2, f"error: {message}\n")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("0,5\n60,5\n30,5\n", "line 3 of {file} is not later than the line before. Sort the file by time"),
        ("0,5\n60,5\n300,5\n", "{file} has no line between 60 and 300 s (line 3), but the first lines are 60 s apart. Add "
         "lines with 0 messages"),
        ("0,5\n60,many\n", "line 2 of {file} must have two numbers: seconds,messages"),
        ("0,5\n60,-1\n", "line 2 of {file} has a number that is negative or too large"),
        ("0,5\n", "{file} needs at least two lines: seconds,messages"),
        ("0,0\n60,0\n", "{file} has no messages"),
    ],
)  # fmt: skip
def test_bad_trace_is_one_line_with_the_fix(tmp_path: Path, lines: str, message: str) -> None:
    trace = tmp_path / "a.csv"
    trace.write_text(lines)
    result = run("prod", "orders", "--trace", str(trace), "--per-message", "20ms")
    assert (result.returncode, result.stderr) == (2, f"error: --trace: {message.format(file=trace)}\n")


def test_rate_that_is_always_too_high_never_drains() -> None:
    result = run("dev", "orders", "--rate", "2000/s", "--per-message", "20ms", "--until", "10m", "--engine", "slots")
    first = result.stdout.splitlines()[0]
    assert "2,000/s is more: after 10 min, 1.09 million messages wait" in first
    assert "The queue never drains." in first
    assert "warning: the normal rate is already too high. These settings need 11 queues with a pipeline each" in result.stdout


def test_range_contains_the_likely_value_and_names_its_cause() -> None:
    load = ("--rate", "20/s", "--peak", "400/s:5m", "--per-message", "20ms", "--try", "function.reserved_concurrency=3")
    lines = run("dev", "orders", *load).stdout.splitlines()
    (wrongly,) = [line for line in lines if line.startswith("of them wrongly")]
    assert re.search(r" 0 \(0 to [1-9]", wrongly)
    assert "how long Lambda retries a throttled batch" in lines[-1]


@pytest.mark.parametrize(("region", "priced"), [("ap-south-1", "us-east-1"), ("eu-north-1", "eu-central-1")])
def test_region_without_prices_has_those_of_another_one(region: str, priced: str) -> None:
    result = run("dev", "orders", *STEADY, "--region", region)
    assert f"cost in {priced}: " in result.stdout
    assert f"assumed: the prices of {priced}, because those of {region} are not in the table" in result.stderr.splitlines()


def test_recommendation_has_its_range_and_a_try_the_rules_that_it_breaks() -> None:
    result = run("prod", "orders", *LOAD, "--until", "30m", "--want", "age<300s", "--try", "source.maximum_concurrency=91")
    lines = result.stdout.splitlines()
    assert (
        "warning: source.maximum_concurrency = 91 breaks a rule: source.maximum_concurrency is 91, but "
        "function.reserved_concurrency is 50: invocations above 50 are throttled, and their messages use up receive attempts "
        "[QL105]"
    ) in lines
    first = next(line for line in lines if line.startswith("For age<300s: source.maximum_concurrency = "))
    assert re.search(r"\. Then: age 4\.9 min \(2\.\d min to 9\.\d min\), backlog \S+ \(.+\), drained after .+\)\. ", first)
    assert first.endswith(" The worst case does not reach age<300s.")


STEADY = ("--rate", "5/s", "--per-message", "20ms", "--until", "5m", "--engine", "slots")


@pytest.mark.parametrize(
    ("provider", "options", "region", "assumed"),
    [
        ('region = "eu-central-1"', (), "eu-central-1", False),
        ('region = "us-west-2"', ("--region", "eu-central-1"), "eu-central-1", False),
        ("region = var.unknown", (), "us-east-1", True),
    ],
)
def test_region_of_a_plan_is_that_of_its_provider(
    provider: str, options: tuple[str, ...], region: str, assumed: bool, tmp_path: Path
) -> None:
    write(tmp_path, main=MAPPING, queues=QUEUES, provider=f'provider "aws" {{ {provider} }}\n')
    result = run("--plan", ".", *STEADY, *options, folder=tmp_path)
    assert f"cost in {region}: " in result.stdout
    line = "assumed: the prices of us-east-1, because the region is unknown. Specify it with --region"
    assert (line in result.stderr.splitlines()) is assumed
    assert "drained after the peak" not in result.stdout
