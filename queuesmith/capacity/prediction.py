"""Predicts what a pipeline does under a workload: `predict`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from queuesmith.capacity import costs
from queuesmith.capacity.alarms import AlarmForecast, forecast_alarms
from queuesmith.capacity.bounds import Bound, bounds, maximum_rate
from queuesmith.capacity.constants import DEFAULT_PROFILE, PROFILES, Assumptions, Profile
from queuesmith.capacity.events import run_events
from queuesmith.capacity.figures import Figures, figures_of
from queuesmith.capacity.parameters import Parameters, parameters_of
from queuesmith.capacity.prices import SECONDS_A_MONTH, price_region
from queuesmith.capacity.run import Run, Series
from queuesmith.capacity.slots import run_slots
from queuesmith.capacity.workload import Phase, Workload
from queuesmith.common.errors import UsageError
from queuesmith.rules import Pipeline

EVENTS_UP_TO = 400_000
"""Messages up to which `auto` chooses the exact engine. A prediction is three runs, which take a second or two each."""
EVENTS_AT_MOST = 5_000_000
"""The most messages for the exact engine: more need minutes and gigabytes."""
STEPS = 86_400
"""The most steps of a run: a day of seconds."""
_BASE_SECONDS = 900.0
"""Seconds of the base load that stand for a month of it."""
MATERIAL = 0.05
"""A range that is narrower than this share of its value does not change the answer."""


@dataclass(frozen=True)
class Prediction:
    """What a pipeline does under a workload."""

    name: str
    pipeline: Pipeline
    parameters: Parameters
    workload: Workload
    profile: Profile
    region: str
    run: Run
    likely: Figures
    best: Figures
    worst: Figures
    best_series: Series
    worst_series: Series
    bounds: tuple[Bound, ...]
    alarms: tuple[AlarmForecast, ...]
    costs: tuple[costs.CostItem, ...]
    why: str | None = field(default=None)
    """Which constant causes the ranges. None: they do not matter."""

    @property
    def first_page(self) -> float | None:
        """Seconds from the start until a page. None: no alarm pages."""
        return min((each.first for each in self.alarms if each.first is not None and each.pages), default=None)

    @property
    def first_alarm(self) -> float | None:
        """Seconds from the start until an alarm. None: no alarm fires."""
        return min((each.first for each in self.alarms if each.first is not None), default=None)


def predict(
    pipeline: Pipeline,
    workload: Workload,
    *,
    profile: str = DEFAULT_PROFILE,
    region: str | None = "us-east-1",
    engine: str = "auto",
    peaks_a_month: float = 1.0,
) -> Prediction:
    """Predict backlog, age, latency, concurrency, throttles, DLQ, alarms and cost.

    Parameters
    ----------
    pipeline
        The pipeline, from settings, Terraform or AWS. Unknown values are assumed, and named in `parameters.assumed`.
    workload
        What is sent, and how long it takes.
    profile
        A name in `PROFILES`: the constants of AWS today, of AWS in 2018, or of the emulator.
    region
        The region, for the prices and for the throughput of FIFO queues. None: unknown. For a region without prices, those of
        `price_region` are used.
    engine
        `events`, `slots`, or `auto`: by the number of messages.
    peaks_a_month
        How often the workload's peak occurs in a month. It affects only the cost.

    Raises
    ------
    UsageError
        If the workload is too large for the exact engine, or a name is unknown.

    """
    if profile not in PROFILES:
        raise UsageError(f"the profile is {profile}, but must be one of: {', '.join(PROFILES)}")
    parameters, constants = parameters_of(pipeline), PROFILES[profile].in_region(region)
    priced_in = price_region(region)
    chosen = _engine(engine, parameters, workload)
    assumed = {end: constants.assume(end) for end in ("likely", "best", "worst")}
    runs = {end: simulate(parameters, workload, each, chosen) for end, each in assumed.items()}
    found = {end: figures_of(runs[end], parameters, workload, assumed[end]) for end in runs}
    likely = assumed["likely"]
    return Prediction(
        name=pipeline.name,
        pipeline=pipeline,
        parameters=parameters,
        workload=workload,
        profile=constants,
        region=priced_in,
        run=runs["likely"],
        likely=found["likely"],
        best=found["best"],
        worst=found["worst"],
        best_series=runs["best"].series,
        worst_series=runs["worst"].series,
        bounds=tuple(bounds(parameters, workload, likely)),
        alarms=tuple(forecast_alarms(pipeline.readable_alarms(), runs["likely"].series, parameters, workload)),
        costs=tuple(_costs(pipeline, parameters, workload, likely, runs["likely"], priced_in, peaks_a_month)),
        why=_why(parameters, workload, constants, found),
    )


def simulate(parameters: Parameters, workload: Workload, assumed: Assumptions, engine: str, steps: int = STEPS) -> Run:
    """Run one engine, `events` or `slots`, with steps of one second, or longer if there would be more than `steps`."""
    step = float(max(math.ceil(workload.until / steps), 1))
    return (run_events if engine == "events" else run_slots)(parameters, workload, assumed, step)


def fast_engine(parameters: Parameters, workload: Workload) -> str:
    """Return `slots`, or `events` if only that one can simulate the workload."""
    return "events" if _only_events(parameters, workload) else "slots"


def _only_events(parameters: Parameters, workload: Workload) -> str | None:
    """Return what only the exact engine can simulate. None: `slots` can simulate everything."""
    if not parameters.is_fifo:
        return None
    if workload.groups and workload.zipf:
        return "message groups of different sizes (zipf)"
    if workload.transient or workload.poison or workload.raised:
        return "failed messages, which block their message groups"
    return None


def _engine(engine: str, parameters: Parameters, workload: Workload) -> str:
    why = _only_events(parameters, workload)
    if engine == "slots" and why:
        raise UsageError(f"the engine slots cannot simulate {why}. Use --engine events")
    chosen = engine
    if engine == "auto":
        chosen = "events" if why or workload.messages <= EVENTS_UP_TO else "slots"
    if chosen == "events" and workload.messages > EVENTS_AT_MOST:
        cause = f", which {why} need," if why else ""
        other = "Simulate a shorter time with --until, or a lower rate" if why else "Use --engine slots"
        raise UsageError(
            f"the workload has {workload.messages:,.0f} messages, but the engine events{cause} simulates at most "
            f"{EVENTS_AT_MOST:,}. {other}"
        )
    return chosen


def _costs(
    pipeline: Pipeline,
    parameters: Parameters,
    workload: Workload,
    assumed: Assumptions,
    run: Run,
    region: str,
    peaks_a_month: float,
) -> list[costs.CostItem]:
    whole = costs.quantities(run, parameters, workload, assumed)
    if workload.is_typical or len({phase.rate for phase in workload.phases}) == 1:
        month = costs.scaled(whole, SECONDS_A_MONTH / workload.until)
    else:
        normal = replace(workload, phases=(Phase(0.0, _BASE_SECONDS, workload.base_rate),), deploys=())
        base = costs.quantities(run_slots(parameters, normal, assumed), parameters, normal, assumed)
        month = costs.month(base, _BASE_SECONDS, whole, workload.until, peaks_a_month)
    return costs.priced(month, parameters, pipeline, region)


def _why(parameters: Parameters, workload: Workload, profile: Profile, found: dict[str, Figures]) -> str | None:
    """Return the sentence about the constant that causes the ranges."""
    likely, worst = found["likely"], found["worst"]
    if worst.wrongly_dead > likely.wrongly_dead + 1 and worst.throttles:
        constant = profile.constants["throttle_wait"]
        return f"The range of the DLQ is wide because it is uncertain {constant.meaning} ({constant.source})"
    rate = maximum_rate(parameters, workload, profile.assume())
    effects = {
        name: abs(rate - maximum_rate(parameters, workload, profile.assume("worst", name))) / rate
        for name in profile.uncertain()
    }
    name = max(effects, key=effects.__getitem__, default="")
    if not name or effects[name] < MATERIAL:
        return None
    constant = profile.constants[name]
    return (
        f"The ranges come mainly from {name} ({constant.meaning}): {constant.likely:g} {constant.unit}, "
        f"{constant.at('best'):g} to {constant.at('worst'):g} ({constant.status}: {constant.source})"
    )
