"""The answer in sentences."""

from __future__ import annotations

from queuesmith.capacity.bounds import queues_needed
from queuesmith.capacity.figures import Figures
from queuesmith.capacity.prediction import MATERIAL, Prediction
from queuesmith.capacity.workload import Workload
from queuesmith.common.times import short_duration

_SLOW = 0.001
"""Seconds below which a time is 0."""
_REPEATED = 1.1
"""Receive attempts per message above which the answer names them, because failed attempts use up the rate."""


def answer(prediction: Prediction) -> str:
    """Return what happens, in one paragraph that begins with the answer."""
    figures, workload = prediction.likely, prediction.workload
    peak = workload.peak
    attempts = figures.receives if figures.receives > _REPEATED else 1.0
    repeated = f", each received {attempts:.1f} times" if attempts > 1 else ""
    parts = [f"At most {rate(figures.maximum_rate)} messages/s ({prediction.bounds[0].name}){repeated}."]
    if workload.backlog:
        parts.append(_backlog(workload, figures))
    elif figures.maximum_rate < peak.rate * attempts:
        parts.append(_overload(prediction, figures))
    else:
        waiting = "no messages wait" if figures.backlog < 0.5 else f"at most {number(figures.backlog)} messages wait"
        parts.append(f"It keeps up with {rate(peak.rate)}/s: {waiting}.")
    parts.append(_alarms(prediction))
    parts.append(_lost(figures))
    return " ".join(parts)


def warnings(prediction: Prediction) -> list[str]:
    """Return the problems that a user must know, most serious first."""
    figures, parameters, workload = prediction.likely, prediction.parameters, prediction.workload
    assumed = prediction.profile.assume()
    found = []
    if figures.expired:
        found.append(
            f"{number(figures.expired)} messages expire: they wait longer than the retention period, "
            f"{short_duration(parameters.retention)}"
        )
    elif figures.age > parameters.retention * 0.8:
        found.append(f"the oldest message gets within 20 % of the retention of {short_duration(parameters.retention)}")
    if workload.base_rate > figures.maximum_rate:
        needed = queues_needed(workload.base_rate, parameters, workload, assumed)
        found.append(f"the normal rate is already too high. These settings need {needed:,} queues with a pipeline each")
    if figures.throttles:
        found.append(f"{number(figures.throttles)} throttled batches use up receive attempts. Set source.maximum_concurrency")
    if figures.wrongly_dead >= 1:
        found.append(f"{number(figures.wrongly_dead)} messages in the DLQ would have succeeded in another attempt")
    if figures.in_flight > assumed.in_flight * 0.95:
        found.append(f"the limit of {assumed.in_flight:,.0f} messages in flight is reached: polling then returns nothing")
    if parameters.batch_limit(workload.message_bytes, assumed) < parameters.batch_size:
        found.append(
            f"batches reach 6 MB at {parameters.batch_limit(workload.message_bytes, assumed):,} messages, before the batch size"
        )
    return found


def number(value: float) -> str:
    """`1,852`, `1.89 million`, `1.20 billion`."""
    if value >= 1e9:
        return f"{value / 1e9:,.2f} billion"
    return f"{value / 1e6:,.2f} million" if value >= 1e6 else f"{value:,.0f}"


def rate(value: float) -> str:
    """The same for messages a second: `1,852`, `2.5`, `0.1`."""
    return number(value) if value >= 10 else f"{value:.2g}"


def seconds(value: float | None) -> str:
    """`120 ms`, `8 s`, `23 min`, or `never`."""
    if value is None:
        return "never"
    if value < 1:
        return f"{value * 1_000:.0f} ms" if value >= _SLOW else "0 ms"
    if value < 60:
        return f"{value:.1f} s".replace(".0 s", " s")
    if value < 6_000:
        return f"{value / 60:.1f} min".replace(".0 min", " min") if value < 600 else f"{value / 60:.0f} min"
    return short_duration(value)


def moment(workload: Workload, when: float) -> str:
    """`8 min into the peak`, or `after 3 min` if there is no peak or it is before it."""
    start = workload.peak.start
    return f"{seconds(when - start)} into the peak" if start and when > start else f"after {seconds(when)}"


def is_material(prediction: Prediction, name: str) -> bool:
    """Whether the uncertain constants change a figure by more than 5 %."""
    likely, best, worst = (getattr(each, name) for each in (prediction.likely, prediction.best, prediction.worst))
    if None in (likely, best, worst):
        return len({likely, best, worst}) > 1
    return bool(abs(worst - best) > MATERIAL * max(abs(likely), 1e-9))


def _backlog(workload: Workload, figures: Figures) -> str:
    rate = workload.phases[-1].rate
    arriving = f", while {number(rate)}/s arrive" if rate else ""
    waiting = "message that waits is" if workload.backlog == 1 else "messages that wait are"
    if figures.drain is None:
        return f"The {number(workload.backlog)} {waiting} never all processed{arriving}."
    return f"The {number(workload.backlog)} {waiting} processed after {seconds(figures.drain)}{arriving}."


def _overload(prediction: Prediction, figures: Figures) -> str:
    peak = prediction.workload.peak
    length = seconds(peak.end - peak.start)
    drained_after = "start" if peak.end >= prediction.workload.until else "peak"
    drained = (
        "The queue never drains."
        if figures.drain is None
        else f"The backlog is drained {seconds(figures.drain)} after the {drained_after}."
    )
    is_steady = len(prediction.workload.phases) == 1
    load = f"{rate(peak.rate)}/s is more: after {length}," if is_steady else f"{rate(peak.rate)}/s for {length} is more:"
    return f"{load} {number(figures.backlog)} messages wait, and the oldest is {seconds(figures.age)} old. {drained}"


def _alarms(prediction: Prediction) -> str:
    firing = [each for each in prediction.alarms if each.first is not None]
    if not firing:
        return "No alarm fires." if any(not each.skipped for each in prediction.alarms) else "There are no alarms to evaluate."
    first = min(firing, key=lambda alarm: (not alarm.pages, alarm.first or 0))
    when = moment(prediction.workload, first.first or 0.0)
    pages = " and pages" if first.pages else ""
    more = len(firing) - 1
    others = f" {more} more {'alarm fires' if more == 1 else 'alarms fire'}." if more else ""
    return f"The alarm {first.address.removeprefix('alarms.')} fires {when}{pages}, for {seconds(first.seconds)}.{others}"


def _lost(figures: Figures) -> str:
    dead = f"{number(figures.dead)} {'message reaches' if round(figures.dead) == 1 else 'messages reach'} the DLQ"
    return f"{dead}{f', {number(figures.wrongly_dead)} of them wrongly' if figures.wrongly_dead >= 1 else ''}."
