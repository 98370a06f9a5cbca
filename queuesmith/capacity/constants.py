"""What is assumed about SQS, Lambda and the emulator: one table, each value with its range, source, date and status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from queuesmith.rules import limits

_BLOG_2023 = "https://aws.amazon.com/blogs/compute/introducing-faster-polling-scale-up-for-aws-lambda-functions-configured-with-amazon-sqs/"
_HISTORY_2018 = "https://mikhail.io/2018/11/from-0-to-1000-instances-how-serverless-providers-scale-queue-processing/"
_REHAN = "https://www.rehanvdm.com/blog/sqs-lambda-esm-scaling-behaviour"
_SQS_QUOTAS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"
_MAXDAY = "https://github.com/maxday/lambda-perf"
_SIMFAAS = "https://github.com/pacslab/simfaas"
_CAPITAL_ONE = "https://www.capitalone.com/tech/software-engineering/lambda-sqs-batch-size/"
_OWN = "no source: assumed"


class Status(StrEnum):
    """How a constant is known."""

    DOCUMENTED = "documented"
    MEASURED = "measured"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Constant:
    """A value with its range. `best` and `worst` are the ends that make the pipeline faster and slower."""

    likely: float
    unit: str
    meaning: str
    source: str
    status: Status = Status.DOCUMENTED
    best: float | None = None
    worst: float | None = None
    date: str = "2026-11-29"
    """When the source was read."""

    @property
    def is_uncertain(self) -> bool:
        """Whether it has a range."""
        return self.best is not None or self.worst is not None

    def at(self, end: str) -> float:
        """Return the value at an end: `likely`, `best` or `worst`."""
        value = {"likely": self.likely, "best": self.best, "worst": self.worst}[end]
        return self.likely if value is None else value


_M = Status.MEASURED
_A = Status.ASSUMED

CONSTANTS: Mapping[str, Constant] = MappingProxyType(
    {
        "initial_concurrency": Constant(5, "invocations", "concurrent invocations when messages arrive", limits.SQS_SCALING),
        "ramp_per_minute": Constant(
            300, "invocations a minute", "growth of the concurrency while messages wait", limits.SQS_SCALING, worst=265
        ),
        "decrease_per_minute": Constant(
            60,
            "invocations a minute",
            "decrease of the allowed concurrency while fewer invocations run than it allows",
            _OWN,
            _A,
        ),
        "mapping_concurrency": Constant(
            1_250, "invocations", "maximum concurrent invocations of one mapping without provisioned mode", limits.SQS_SCALING
        ),
        "account_concurrency": Constant(
            1_000, "invocations", "the account's concurrency quota, if it was not raised", limits.LAMBDA_CONCURRENCY
        ),
        "batch_overhead": Constant(
            0.070, "s", "receiving a batch, invoking the function and deleting the messages", _HISTORY_2018, _M, 0.033, 0.132
        ),
        "batch_fill": Constant(1.0, "share", "how full batches are while messages wait", _CAPITAL_ONE, _M, worst=0.83),
        "cold_start": Constant(
            0.3, "s", "initialization of an execution environment, if the workload does not give it", _MAXDAY, _A, 0.09, 2.0
        ),
        "environment_expiry": Constant(
            600, "s", "idle time after which Lambda removes an execution environment", _SIMFAAS, _A, 900, 300
        ),
        "in_flight": Constant(limits.IN_FLIGHT, "messages", "maximum messages in flight in one queue", limits.SQS_QUOTAS),
        "throttle_wait": Constant(
            1.0,
            "share of the visibility timeout",
            "how long Lambda retries a throttled batch; the batch then waits until the visibility timeout ends. "
            "Practitioners report only a few retries",
            limits.SQS_ERRORS,
            worst=0.0,
        ),
        "error_decrease": Constant(
            0.05, "share", "decrease of the mapping's concurrency after an invocation with an error", _REHAN, _M, 0.035, 0.096
        ),
        "pollers_concurrency": Constant(
            10, "invocations", "maximum concurrent invocations of one provisioned poller", limits.SQS_SCALING
        ),
        "pollers_ramp_per_minute": Constant(
            1_000, "invocations a minute", "growth of the concurrency in provisioned mode", limits.SQS_SCALING
        ),
        "polls_per_second": Constant(10, "polls a second", "maximum polls of one provisioned poller", limits.SQS_SCALING),
        "poller_bytes_per_second": Constant(1_000_000, "bytes/s", "maximum data of one provisioned poller", limits.SQS_SCALING),
        "default_pollers": Constant(200, "pollers", "provisioned mode's maximum, if it is not set", limits.SQS_SCALING),
        "messages_per_receive": Constant(10, "messages", "maximum messages in one ReceiveMessage", _SQS_QUOTAS),
        "fifo_calls": Constant(
            300, "calls a second", "maximum calls of each API action on a FIFO queue without high throughput", _SQS_QUOTAS
        ),
        "fifo_high_throughput_calls": Constant(
            70_000,
            "calls a second",
            "the same with high throughput: by region, as above. The range is for an unknown region",
            _SQS_QUOTAS,
            worst=2_400,
        ),
        "fifo_lookahead": Constant(
            120_000, "messages", "how far into the backlog a FIFO queue looks for other groups", limits.SQS_QUOTAS
        ),
        "payload_bytes": Constant(6_000_000, "bytes", "maximum data in one invocation", limits.LAMBDA_LIMITS),
        "idle_polls_per_minute": Constant(
            15,
            "receives a minute",
            "5 pollers × 3 long polls; without maximum concurrency, as few as 2 pollers",
            _OWN,
            _A,
            6,
            15,
        ),
    }
)
"""Every constant of the model by its name, for AWS today."""


FIFO_CALLS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("us-east-1", "us-west-2", "eu-west-1"), 70_000),
        **dict.fromkeys(("us-east-2", "eu-central-1"), 19_000),
        **dict.fromkeys(("ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1"), 9_000),
        **dict.fromkeys(("eu-west-2", "sa-east-1"), 4_500),
    }
)
"""Calls a second for each action on a FIFO queue with high throughput, by region, from SQS's quotas."""
OTHER_FIFO_CALLS = 2_400
"""The same in all other regions."""


@dataclass(frozen=True)
class Assumptions:
    """The constants' values in one run. The fields are the names in `CONSTANTS`."""

    initial_concurrency: float
    ramp_per_minute: float
    decrease_per_minute: float
    mapping_concurrency: float
    account_concurrency: float
    batch_overhead: float
    batch_fill: float
    cold_start: float
    environment_expiry: float
    in_flight: float
    throttle_wait: float
    error_decrease: float
    pollers_concurrency: float
    pollers_ramp_per_minute: float
    polls_per_second: float
    poller_bytes_per_second: float
    default_pollers: float
    messages_per_receive: float
    fifo_calls: float
    fifo_high_throughput_calls: float
    fifo_lookahead: float
    payload_bytes: float
    idle_polls_per_minute: float


@dataclass(frozen=True)
class Profile:
    """A named set of constants."""

    name: str
    meaning: str
    constants: Mapping[str, Constant]

    def assume(self, end: str = "likely", only: str | None = None) -> Assumptions:
        """Return the values at an end: `likely`, `best` or `worst`. `only`: the other constants have their likely value."""
        return Assumptions(
            **{name: each.at(end if only in (None, name) else "likely") for name, each in self.constants.items()}
        )

    def in_region(self, region: str | None) -> Profile:
        """Return the constants of a region. None: the region is unknown."""
        name = "fifo_high_throughput_calls"
        if region is None:
            return self
        calls = replace(self.constants[name], likely=FIFO_CALLS.get(region, OTHER_FIFO_CALLS), best=None, worst=None)
        return replace(self, constants=MappingProxyType({**self.constants, name: calls}))

    def uncertain(self) -> list[str]:
        """Return the names of the constants that have a range."""
        return [name for name, each in self.constants.items() if each.is_uncertain]


def _with(name: str, meaning: str, **changed: Constant) -> Profile:
    return Profile(name, meaning, MappingProxyType({**CONSTANTS, **changed}))


def _exactly(name: str, value: float, source: str) -> Constant:
    return replace(CONSTANTS[name], likely=value, best=None, worst=None, source=source)


_MINISTACK = "https://pypi.org/project/ministack/"

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        each.name: each
        for each in (
            _with("aws-2026-08", "AWS since 2026-08-03"),
            _with(
                "aws-2018",
                "AWS before 2023-11-06: the concurrency grew by 60 a minute",
                ramp_per_minute=_exactly("ramp_per_minute", 60, _BLOG_2023),
                mapping_concurrency=_exactly("mapping_concurrency", 1_000, _BLOG_2023),
            ),
            _with(
                "emulator",
                "ministack, as queuesmith local runs it: fixed concurrency, no ramp, batches of at most 10",
                initial_concurrency=_exactly("initial_concurrency", 5, _MINISTACK),
                ramp_per_minute=_exactly("ramp_per_minute", 0, _MINISTACK),
                mapping_concurrency=_exactly("mapping_concurrency", 5, _MINISTACK),
                throttle_wait=_exactly("throttle_wait", 1, _MINISTACK),
                batch_overhead=replace(
                    CONSTANTS["batch_overhead"], likely=0.02, best=0.004, worst=0.13, source=_MINISTACK, status=_M
                ),
                cold_start=replace(CONSTANTS["cold_start"], likely=0.13, best=0.1, worst=0.5, source=_MINISTACK, status=_M),
                batch_fill=_exactly("batch_fill", 1, _MINISTACK),
                fifo_calls=_exactly("fifo_calls", 1_000_000, _MINISTACK),
            ),
        )
    }
)
"""The profiles by name."""
DEFAULT_PROFILE = "aws-2026-08"


def as_json(assumptions: Assumptions) -> dict[str, float]:
    """Return the values by name."""
    return asdict(assumptions)
