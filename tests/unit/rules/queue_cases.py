"""The cases of the rules about the numbers, names and types of queues: QL001 to QL013."""

from __future__ import annotations

from queuesmith.rules import RedrivePolicy
from tests.unit.rules.cases import Cases, both, dlq, each, each_of_both, function, mapping, queue, together
from tests.unit.rules.pipelines import PARTS, UNKNOWN, UNSET

ITSELF = {"dead_letter_queue": PARTS["queue"]}
"""A queue whose redrive policy names the queue itself."""

QUEUES = {
    "QL001": Cases(
        fine=(*queue(visibility_timeout=31), *together(queue(visibility_timeout=0), function(timeout=0))),
        hard=(
            *queue(visibility_timeout=29),
            *queue(visibility_timeout=0),
            *({"terraform": True, **c} for c in queue(visibility_timeout=29)),
        ),
        error=(*queue(visibility_timeout=30), *queue(visibility_timeout=UNSET)),
        warning=({"terraform": True, "queue": {"visibility_timeout": 30}},),
        unknown=(*queue(visibility_timeout=UNKNOWN), *function(timeout=UNKNOWN)),
    ),
    "QL002": Cases(
        fine=(
            *queue(visibility_timeout=180),
            *queue(visibility_timeout=30),
            *queue(visibility_timeout=UNSET),
            *together(queue(visibility_timeout=190), mapping(batching_window=10)),
            *together(queue(visibility_timeout=180), mapping(batching_window=30)),
            *together(queue(visibility_timeout=211), mapping(batching_window=31)),
            *together(queue(visibility_timeout=43_200), mapping(batching_window=100_000)),
        ),
        warning=(
            *each("queue", "visibility_timeout", 31, 179),
            *together(queue(visibility_timeout=179), mapping(batching_window=30)),
            *together(queue(visibility_timeout=210), mapping(batching_window=31)),
        ),
        unknown=(*queue(visibility_timeout=UNKNOWN), *function(timeout=UNKNOWN), *mapping(batching_window=UNKNOWN)),
    ),
    "QL003": Cases(
        fine=each_of_both("visibility_timeout", 0, 43_200, UNSET),
        hard=each_of_both("visibility_timeout", -1, 43_201),
        unknown=both(visibility_timeout=UNKNOWN),
    ),
    "QL004": Cases(
        error=(*queue(redrive_policy=UNSET), ITSELF),
        warning=queue(redrive_policy=UNSET, is_dead_letter_queue=True),
        fine=dlq(redrive_policy=UNSET),
        unknown=queue(redrive_policy=UNKNOWN),
    ),
    "QL005": Cases(
        fine=each("queue", "redrive_policy", RedrivePolicy(5), RedrivePolicy(1_000), UNSET),
        hard=each("queue", "redrive_policy", RedrivePolicy(0), RedrivePolicy(1_001)),
        warning=each("queue", "redrive_policy", RedrivePolicy(1), RedrivePolicy(4)),
        unknown=each("queue", "redrive_policy", RedrivePolicy(UNKNOWN), UNKNOWN),
    ),
    "QL006": Cases(
        fine=(
            *together(queue(fifo=True), dlq(fifo=True)),
            *both(fifo=UNSET),
            {"dead_letter_queue": None},
            {**ITSELF, "queue": {"fifo": True}},
        ),
        hard=(*queue(fifo=True), *dlq(fifo=True)),
        unknown=(*both(fifo=UNKNOWN), {"dead_letter_queue": UNKNOWN}),
    ),
    "QL007": Cases(
        fine=(
            *dlq(retention=345_601),
            *queue(retention=UNSET),
            {"dead_letter_queue": None},
            *together(queue(fifo=True), dlq(fifo=True, retention=60)),
            *dlq(retention=0),
            *queue(retention=1_209_601),
            ITSELF,
        ),
        warning=(*each("dead_letter_queue", "retention", 345_600, 345_599, UNSET), *queue(retention=1_209_600)),
        unknown=(*both(retention=UNKNOWN), *queue(fifo=UNKNOWN), {"dead_letter_queue": UNKNOWN}),
    ),
    "QL008": Cases(
        fine=(
            *queue(retention=901),
            *queue(redrive_policy=UNSET),
            *queue(retention=59),
            *queue(redrive_policy=RedrivePolicy(1_001), visibility_timeout=43_200),
            *queue(visibility_timeout=43_201 * 10),
            *({**ITSELF, "queue": {"retention": 60}},),
            *together(queue(retention=901), function(backoff_cap=180)),  # after a timeout: the visibility timeout
            *together(queue(retention=1_506), function(backoff_cap=301)),
            *together(queue(retention=901), function(backoff_cap=43_201)),
        ),
        warning=(
            *queue(retention=900),
            *queue(retention=60),
            *queue(redrive_policy=RedrivePolicy(1_000), visibility_timeout=1_210),
            *together(queue(retention=1_505), function(backoff_cap=301)),
            *together(queue(retention=1_505), function(backoff_cap=10, pause_cap=301)),
            *together(queue(retention=1_209_600), function(backoff_cap=43_200), queue(redrive_policy=RedrivePolicy(28))),
        ),
        unknown=(
            *queue(retention=UNKNOWN),
            *queue(visibility_timeout=UNKNOWN),
            *queue(redrive_policy=RedrivePolicy(UNKNOWN)),
            *function(backoff_cap=UNKNOWN),
            *function(pause_cap=UNKNOWN),
        ),
    ),
    "QL027": Cases(
        fine=(*queue(retention=3_600), *queue(retention=59), *dlq(retention=60)),
        warning=(*queue(retention=3_599), *queue(retention=60)),
        unknown=queue(retention=UNKNOWN),
    ),
    "QL009": Cases(
        fine=each_of_both("retention", 60, 1_209_600, UNSET),
        hard=each_of_both("retention", 59, 0, 1_209_601),
        unknown=both(retention=UNKNOWN),
    ),
    "QL010": Cases(
        fine=(
            *each_of_both("delay", 0, 900, UNSET),
            *each_of_both("receive_wait_time", 0, 20, UNSET),
            *each_of_both("maximum_message_size", 1_024, 1_048_576, UNSET),
        ),
        hard=(
            *each_of_both("delay", -1, 901),
            *each_of_both("receive_wait_time", -1, 21),
            *each_of_both("maximum_message_size", 1_023, 1_048_577),
        ),
        unknown=(*both(delay=UNKNOWN), *both(receive_wait_time=UNKNOWN), *both(maximum_message_size=UNKNOWN)),
    ),
    "QL011": Cases(
        fine=(*each_of_both("name", "a", "a" * 80, "Orders_2-x", UNSET), *both(fifo=True, name="a" * 75 + ".fifo")),
        hard=(
            *each_of_both("name", "", "a" * 81, "orders.x", "orders.fifo", "Bestellungen-über", "orders\n"),
            *both(fifo=True, name="a" * 76 + ".fifo"),
            *both(fifo=True, name="orders"),
            *both(fifo=True, name=".fifo"),
        ),
        unknown=(*both(name=UNKNOWN), *both(fifo=UNKNOWN)),
    ),
    "QL012": Cases(
        fine=(
            *both(fifo=True, content_based_deduplication=True),
            *both(content_based_deduplication=UNSET),
            *both(deduplication_scope=UNSET),
            *both(throughput_limit=""),
        ),
        hard=(
            *both(content_based_deduplication=True),
            *both(deduplication_scope="queue"),
            *both(throughput_limit="perQueue"),
        ),
        unknown=(*both(throughput_limit=UNKNOWN), *both(fifo=UNKNOWN)),
    ),
    "QL013": Cases(
        fine=(
            *both(fifo=True, throughput_limit="perMessageGroupId", deduplication_scope="messageGroup"),
            *both(fifo=True, throughput_limit="perQueue"),
            *both(fifo=True, throughput_limit=UNSET, deduplication_scope="queue"),
        ),
        hard=(
            *both(fifo=True, throughput_limit="perMessageGroupId"),
            *both(fifo=True, throughput_limit="perMessageGroupId", deduplication_scope="queue"),
        ),
        unknown=(
            *both(fifo=True, throughput_limit=UNKNOWN),
            *both(fifo=True, throughput_limit="perMessageGroupId", deduplication_scope=UNKNOWN),
        ),
    ),
}
