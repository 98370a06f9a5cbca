"""Predicts what a queue and its function do under a workload: backlog, age, concurrency, alarms, DLQ and cost.

    from queuesmith.capacity import ServiceTime, Workload, predict, with_peak

    workload = Workload(phases=with_peak(500, 5_000, start=600, length=600, until=7_200), service=ServiceTime.constant(0.02))
    prediction = predict(pipeline, workload)
    print(prediction.likely.backlog, prediction.likely.metric_age, prediction.first_page)

`pipeline` is the rules' `Pipeline`. It is computed without AWS and CDKTF.
"""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.capacity.changes import with_changes
    from queuesmith.capacity.prediction import Prediction, predict
    from queuesmith.capacity.prices import PRICES
    from queuesmith.capacity.recommendation import Recommendation, recommend
    from queuesmith.capacity.targets import Target, parse_target
    from queuesmith.capacity.workload import Phase, ServiceTime, Workload, steady, with_peak

__all__ = [
    "PRICES",
    "Phase",
    "Prediction",
    "Recommendation",
    "ServiceTime",
    "Target",
    "Workload",
    "parse_target",
    "predict",
    "recommend",
    "steady",
    "with_changes",
    "with_peak",
]

__getattr__ = lazy_exports(__name__)
