"""Prints a prediction: the answer, one table, the alarms and the cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from queuesmith.capacity import costs
from queuesmith.capacity.answer import answer, is_material, moment, number, rate, seconds, warnings
from queuesmith.capacity.bounds import queues_needed
from queuesmith.capacity.changes import new_errors, shown
from queuesmith.capacity.constants import CONSTANTS
from queuesmith.capacity.excluded_costs import not_included
from queuesmith.capacity.figures import Figures
from queuesmith.capacity.prediction import Prediction
from queuesmith.capacity.prices import NOT_PRICED
from queuesmith.capacity.recommendation import Recommendation
from queuesmith.capacity.targets import Target
from queuesmith.cli.output import Output

_ROWS = (
    ("highest sustainable rate, messages/s", "maximum_rate", rate),
    ("backlog, messages", "backlog", number),
    ("age of the oldest message", "age", seconds),
    ("the same in CloudWatch", "metric_age", seconds),
    ("drained after the peak", "drain", seconds),
    ("time to process, median", "p50", seconds),
    ("time to process, p99", "p99", seconds),
    ("concurrency", "concurrency", number),
    ("throttled batches", "throttles", number),
    ("receive attempts a message", "receives", lambda value: f"{value:.2f}"),
    ("messages to the DLQ", "dead", number),
    ("of them wrongly", "wrongly_dead", number),
    ("expired messages", "expired", number),
)
_IF_ANY = ("throttles", "wrongly_dead", "expired")
"""Rows that are shown only if they are not 0."""
Tries = Sequence[tuple[Mapping[str, int], Prediction]]
Reached = Sequence[tuple[Recommendation, Prediction]]
"""Settings that reach the targets, and what they do."""


def show(output: Output, now: Prediction, tries: Tries, targets: Sequence[Target], found: Reached | None) -> None:
    """Print the prediction for the current settings, for each `--try`, and the settings that reach the targets."""
    output.document(_document(now, tries, targets, found))
    output.line(answer(now))
    output.line()
    columns = ["", "now #", *(f"{name_of(each)} #" for each, _ in tries)]
    output.table("", columns, _rows([now, *(each for _, each in tries)]))
    output.line()
    for line in (*_alarm_lines(now), _cost_line(now), f"not included: {'; '.join(not_included(now.pipeline, now.workload))}"):
        output.line(line)
    for line in warnings(now):
        output.line(f"warning: {line}")
    for changes, tried in tries:
        for problem in new_errors(now.pipeline, tried.pipeline):
            output.line(f"warning: {_assignments(changes)} breaks a rule: {problem}")
    for target_line in _recommendations(targets, found):
        output.line(target_line)
    for why in dict.fromkeys(each.why for each in (now, *(each for _, each in tries)) if each.why):
        output.line(f"{why}.")
    for line in now.parameters.assumed:
        output.say(f"assumed: {line}")


def name_of(changes: Mapping[str, int]) -> str:
    """The changes of a `--try` as the title of a column: `maximum_concurrency=90, batch_size=5`."""
    return ", ".join(f"{key.partition('.')[2]}={shown(value)}" for key, value in changes.items())


def _rows(predictions: Sequence[Prediction]) -> Iterator[list[str]]:
    for title, name, form in _ROWS:
        if name in _IF_ANY and not any(getattr(each.worst, name) or getattr(each.likely, name) for each in predictions):
            continue
        if name == "drain" and len(predictions[0].workload.phases) == 1:
            continue  # there is no peak
        yield [title, *(_cell(each, name, form) for each in predictions)]
    yield ["USD a month", *(_usd(each) for each in predictions)]


def _cell(prediction: Prediction, name: str, form: Any) -> str:
    """The likely value, with its range if that matters."""

    def text(figures: Figures) -> str:
        value = getattr(figures, name)
        return seconds(None) if value is None else str(form(value))

    if not is_material(prediction, name):
        return text(prediction.likely)
    order = sorted((prediction.likely, prediction.best, prediction.worst), key=lambda each: _size(getattr(each, name)))
    ends = [text(order[0]), text(order[-1])]
    return f"{text(prediction.likely)} ({ends[0]} to {ends[1]})" if ends[0] != ends[1] else text(prediction.likely)


def _usd(prediction: Prediction) -> str:
    is_priced = any(each.usd is not None for each in prediction.costs)
    return f"{costs.total(list(prediction.costs)):,.0f}" if is_priced else NOT_PRICED


def _size(value: float | None) -> float:
    return float("inf") if value is None else value


def _alarm_lines(prediction: Prediction) -> Iterator[str]:
    firing = [each for each in prediction.alarms if each.first is not None]
    for each in sorted(firing, key=lambda alarm: alarm.first or 0):
        pages = {True: ", pages", False: "", None: ", whether it pages is unknown"}[each.pages]
        when, length = moment(prediction.workload, each.first or 0.0), seconds(each.seconds)
        yield f"alarm {each.address.removeprefix('alarms.')}: {when}, for {length}{pages}"
    skipped = [f"{each.address.removeprefix('alarms.')} ({each.skipped})" for each in prediction.alarms if each.skipped]
    if skipped:
        yield f"not evaluated: {', '.join(skipped)}"


def _cost_line(prediction: Prediction) -> str:
    items = sorted(prediction.costs, key=lambda each: -(each.usd or 0))
    priced = [f"{each.name} {each.usd:,.2f}" for each in items if each.usd is not None]
    missing = [each.name for each in items if each.usd is None]
    repeated = " if these arrivals repeat all month" if prediction.workload.is_typical else ""
    title = f"cost in {prediction.region}{repeated}"
    if not priced:
        return f"{title}: {NOT_PRICED}"
    text = f"{title}: {costs.total(list(prediction.costs)):,.2f} USD a month ({', '.join(priced)})"
    return f"{text}; {NOT_PRICED}: {', '.join(missing)}" if missing else text


def _assignments(changes: Mapping[str, int]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in changes.items())


def _recommendations(targets: Sequence[Target], found: Reached | None) -> Iterator[str]:
    if found is None:
        return
    wanted = " and ".join(each.text for each in targets)
    if not found:
        yield f"No settings that were tried reach {wanted}. If the queue itself is the limit, divide the load among several"
    for each, prediction in found:
        reach = f"For {wanted}: {_assignments(each.changes)}." if each.changes else f"The settings reach {wanted} already."
        figures = [("age", "metric_age", seconds), ("backlog", "backlog", number)]
        if len(prediction.workload.phases) > 1:
            figures.append(("drained after", "drain", seconds))
        values = ", ".join(f"{title} {_cell(prediction, name, form)}" for title, name, form in figures)
        missed = [target.text for target in targets if not target.is_met(prediction.worst)]
        unsure = f" The worst case does not reach {' and '.join(missed)}." if missed else ""
        yield f"{reach} Then: {values}.{unsure}" if each.changes else f"{reach}{unsure}"


def _document(now: Prediction, tries: Tries, targets: Sequence[Target], found: Reached | None) -> dict[str, Any]:
    workload = now.workload
    recommendations = None if found is None else [_recommendation(each, prediction) for each, prediction in found]
    return {
        "worker": now.name,
        "answer": answer(now),
        "warnings": warnings(now),
        **_prediction(now),
        "queues_needed": queues_needed(workload.peak.rate, now.parameters, workload, now.profile.assume()),
        "tries": [
            {"changes": dict(changes), "broken_rules": new_errors(now.pipeline, each.pipeline), **_prediction(each)}
            for changes, each in tries
        ],
        "targets": [each.text for each in targets],
        "recommendations": recommendations,
        "why": now.why,
        "assumed": list(now.parameters.assumed),
        "profile": now.profile.name,
        "region": now.region,
        "workload": {
            "phases": [asdict(each) for each in workload.phases],
            "per_message": [{"percentile": each, "seconds": value} for each, value in workload.service.percentiles],
            "message_bytes": workload.message_bytes,
            "transient": workload.transient,
            "poison": workload.poison,
            "raised": workload.raised,
            "filtered": workload.filtered,
            "groups": workload.groups,
            "zipf": workload.zipf,
            "deploys": workload.deploys,
            "seed": workload.seed,
        },
        "constants": {
            name: {**asdict(constant), "status": constant.status.value}
            for name, constant in now.profile.constants.items()
            if name in CONSTANTS
        },
    }


def _recommendation(found: Recommendation, prediction: Prediction) -> dict[str, Any]:
    ends = {"best": asdict(prediction.best), "worst": asdict(prediction.worst)}
    return {"changes": found.changes, "figures": asdict(found.figures), **ends}


def _prediction(prediction: Prediction) -> dict[str, Any]:
    return {
        "engine": prediction.run.engine,
        "likely": asdict(prediction.likely),
        "best": asdict(prediction.best),
        "worst": asdict(prediction.worst),
        "bounds": [asdict(each) for each in prediction.bounds],
        "alarms": [asdict(each) for each in prediction.alarms],
        "costs": [asdict(each) for each in prediction.costs],
        "not_included": not_included(prediction.pipeline, prediction.workload),
        "usd_a_month": costs.total(list(prediction.costs)),
    }
