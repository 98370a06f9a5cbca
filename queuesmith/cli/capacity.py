"""`queuesmith capacity`: predicts what a worker does under a workload."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from queuesmith.cli import capacity_inputs as inputs
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker

if TYPE_CHECKING:
    from queuesmith.capacity import Prediction
    from queuesmith.rules import Pipeline

_LOAD, _HANDLER, _QUESTION = "Arrivals", "Handler", "Question"


class CapacityFailOn(StrEnum):
    """The condition for exit status 1."""

    PAGE = "page"
    ALARM = "alarm"
    NEVER = "never"


class Engine(StrEnum):
    """How the workload is simulated."""

    AUTO = "auto"
    EVENTS = "events"
    SLOTS = "slots"


def _option(metavar: str, text: str, panel: str, *names: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(*names, metavar=metavar, help=text, rich_help_panel=panel)
    return option


@on_worker
def capacity(
    target: Target,
    output: Output,
    *,
    rate: Annotated[
        str | None,
        _option("RATE", "The normal rate, for example 500/s or 30000/min. Default: workload in the settings.", _LOAD),
    ] = None,
    peak: Annotated[
        str | None, _option("RATE:LENGTH", "A peak that starts after 10 minutes, for example 5000/s:10m.", _LOAD)
    ] = None,
    trace: Annotated[
        Path | None,
        _option(
            "FILE",
            "Arrivals in CSV: seconds,messages. The messages of a line arrive between its time and that of the next line.",
            _LOAD,
        ),
    ] = None,
    from_metrics: Annotated[
        str | None,
        _option(
            "TIME",
            "Read the arrivals from CloudWatch's NumberOfMessagesSent, from TIME until now. TIME is a duration before now, "
            "such as 12h or 2w, or a time in UTC: at most 31d ago.",
            _LOAD,
        ),
    ] = None,
    until: Annotated[
        str | None,
        _option(
            "TIME",
            "How long to simulate. Default: 1h. With a peak: until 2h after its end, or 5 times its length if that is longer.",
            _LOAD,
        ),
    ] = None,
    size: Annotated[
        str | None,
        _option("BYTES", "Size of a message, with its attributes. Default: workload.message_bytes, or 2KB.", _LOAD),
    ] = None,
    group: Annotated[
        str | None,
        _option(
            "N[:zipf=S]",
            "Message groups of a FIFO queue, and how unequal they are. Default: workload.groups.",
            _LOAD,
            "--groups",
        ),
    ] = None,
    send_batch: Annotated[
        int, typer.Option(min=1, max=10, help="Messages in one send request (cost only).", rich_help_panel=_LOAD)
    ] = 1,
    per_message: Annotated[
        str | None,
        _option(
            "TIME",
            "Time that the handler needs for a message: 20ms, or percentiles such as p50=20ms,p99=150ms. Default: "
            "source.expected_seconds_per_record.",
            _HANDLER,
        ),
    ] = None,
    from_logs: Annotated[
        str | None,
        _option(
            "TIME",
            "Read the service times and cold starts from the function's REPORT lines, from TIME until now. TIME is a duration "
            "before now, such as 1h or 2d, or a time in UTC: at most 31d ago.",
            _HANDLER,
        ),
    ] = None,
    cold: Annotated[
        str | None, _option("TIME", "Time to initialize an execution environment. Default: 300ms.", _HANDLER)
    ] = None,
    transient: Annotated[str, _option("SHARE", "Attempts that fail and can succeed later.", _HANDLER)] = "0%",
    poison: Annotated[str, _option("SHARE", "Messages that fail in every attempt.", _HANDLER)] = "0%",
    raised: Annotated[str, _option("SHARE", "Invocations that fail as a whole.", _HANDLER)] = "0%",
    filtered: Annotated[str, _option("SHARE", "Messages that the filters discard.", _HANDLER)] = "0%",
    writes: Annotated[
        float, typer.Option(min=0, max=1_000, help="DynamoDB write units for a message (cost only).", rich_help_panel=_HANDLER)
    ] = 0.0,
    deploy_at: Annotated[
        list[str] | None, _option("TIME", "Simulate a deployment at this time. Repeat for more.", _HANDLER)
    ] = None,
    try_: Annotated[
        list[str] | None,
        _option(
            "KEY=VALUE",
            "Compare with other settings: source.maximum_concurrency=90,queue.fair=true. Repeat for more.",
            _QUESTION,
            "--try",
        ),
    ] = None,
    want: Annotated[
        list[str] | None,
        _option(
            "FIGURE<LIMIT",
            "Find settings for a target: age<300s, drain<10m, p99<5s, backlog<1e6, dlq<=0. Repeat for more.",
            _QUESTION,
        ),
    ] = None,
    fail_on: Annotated[
        CapacityFailOn,
        typer.Option(help="When to exit with status 1: an alarm pages, any alarm fires, or never.", rich_help_panel=_QUESTION),
    ] = CapacityFailOn.NEVER,
    plan: Annotated[
        str | None, _option("PATH", "Read the pipeline from a plan, a cdk.tf.json or a folder with Terraform files.", _QUESTION)
    ] = None,
    deployed: Annotated[
        bool, typer.Option("--deployed", help="Read what is deployed instead of the settings.", rich_help_panel=_QUESTION)
    ] = False,
    assume: Annotated[str, _option("PROFILE", "The constants: aws-2026-08, aws-2018 or emulator.", _QUESTION)] = "aws-2026-08",
    engine: Annotated[
        Engine,
        typer.Option(help="events is exact, slots is fast. auto chooses by the number of messages.", rich_help_panel=_QUESTION),
    ] = Engine.AUTO,
    peaks_per_month: Annotated[
        float, typer.Option(min=0, max=100_000, help="How often the peak occurs (cost only).", rich_help_panel=_QUESTION)
    ] = 1.0,
    svg: Annotated[Path | None, _option("FILE", "Write the charts as an SVG file.", _QUESTION)] = None,
    html: Annotated[
        Path | None, _option("FILE", "Write the charts as a web page with tooltips. It needs no network.", _QUESTION)
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random arrivals and failures.", rich_help_panel=_QUESTION)] = 1,
) -> None:
    """Predict what a worker will do under a load: backlog, age, alarms, messages in the DLQ, and cost.

    The command sends nothing. It uses the settings in config/, the plan in --plan or, with --deployed, the deployed worker.
    docs/capacity.md explains the model, its constants and how far it can be trusted. --svg and --html need the extra
    `charts`.

    Exit status 0: the prediction was made. 1: the condition in --fail-on is met, or no settings reach the target in --want.

    Example: queuesmith capacity dev orders --rate 10/s --peak 200/s:10m --per-message 20ms
    """
    from queuesmith.capacity import Workload, parse_target, predict, recommend, with_changes
    from queuesmith.capacity.prediction import fast_engine
    from queuesmith.capacity.units import parse_bytes, parse_seconds, parse_share
    from queuesmith.cli.capacity_charts import check_destinations, write_charts
    from queuesmith.cli.capacity_output import name_of, show
    from queuesmith.cli.capacity_sources import measured, sources
    from queuesmith.rules import limits

    check_destinations(svg, html)
    read = sources(from_logs, from_metrics, per_message=per_message, arrivals=(rate, peak, until, trace), plan=plan)
    pipeline, region, default = inputs.pipeline_of(target, plan, deployed=deployed)
    number, skew = inputs.groups(group) if group else (default and default.groups, 0.0)
    usual_size = default.message_bytes if default else 2_000
    given: dict[str, Any] = {
        "phases": () if read.metrics_since else inputs.arrivals(rate, peak, until, trace, default),
        "message_bytes": parse_bytes(size, "--size", limits.MESSAGE_SIZE.high) if size else usual_size,
        "transient": parse_share(transient, "--transient"),
        "poison": parse_share(poison, "--poison"),
        "raised": parse_share(raised, "--raised"),
        "filtered": parse_share(filtered, "--filtered"),
        "groups": number,
        "zipf": skew,
        "deploys": tuple(parse_seconds(each, "--deploy-at") for each in deploy_at or ()),
        "is_typical": trace is not None,
        "send_batch": send_batch,
        "table_writes": writes,
        "seed": seed,
    }
    targets = [parse_target(each) for each in want or ()]
    tries = [inputs.changes([each]) for each in try_ or ()]
    cold_start = {"cold_start": inputs.cold_start(cold)} if cold else {}
    given |= measured(read, target, output, pipeline) | cold_start
    if "service" not in given:
        given["service"] = inputs.service_time(per_message) if per_message else inputs.expected_service_time(pipeline)
    workload = Workload(**given)
    inputs.check_workload(pipeline, workload)

    def predicted(changed: Pipeline, engine: str = engine.value) -> Prediction:
        return predict(
            changed,
            workload,
            profile=assume,
            region=region,
            engine=engine,
            peaks_a_month=peaks_per_month,
        )

    now = predicted(pipeline)
    compared = [(each, predicted(with_changes(pipeline, each))) for each in tries]
    found = recommend(pipeline, workload, targets, profile=assume, region=region) if targets else None
    fast = fast_engine(now.parameters, workload)  # the engine of `recommend`
    reached = [(each, predicted(with_changes(pipeline, each.changes), fast)) for each in found or ()]
    if svg or html:
        write_charts({"now": now, **{name_of(changes): each for changes, each in compared}}, svg, html)
    show(output, now, compared, targets, None if found is None else reached)
    if region != now.region:
        why = "the region is unknown. Specify it with --region" if region is None else f"those of {region} are not in the table"
        output.say(f"assumed: the prices of {now.region}, because {why}")
    alarm = now.first_page if fail_on is CapacityFailOn.PAGE else now.first_alarm
    if (fail_on is not CapacityFailOn.NEVER and alarm is not None) or found == []:
        raise typer.Exit(1)
