"""AWS's prices in one table, in US dollars, each with its source and date. A price that is not in it is never guessed.

>>> PRICES["sqs.standard.requests"].cost(5_000_000, "eu-central-1")
2.0
>>> PRICES["lambda.poller.hours"].cost(1, "eu-central-1") is None  # not priced
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

READ_ON = date(2026, 11, 29)
"""The date of the table. Where a note names a copy, the price was not compared with AWS's page."""
REGIONS = ("us-east-1", "eu-central-1")
"""The regions that have prices."""
NOT_PRICED = "not priced"
"""What reports show instead of a price that is not in the table."""
HOURS_A_MONTH = 730
"""365 days × 24 hours / 12."""
SECONDS_A_MONTH = HOURS_A_MONTH * 3_600

_SQS = "https://aws.amazon.com/sqs/pricing/"
_LAMBDA = "https://aws.amazon.com/lambda/pricing/"
_CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
_DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
_XRAY = "https://aws.amazon.com/xray/pricing/"
_KMS = "https://aws.amazon.com/kms/pricing/"

_MILLION, _BILLION = 1_000_000, 1_000_000_000


@dataclass(frozen=True)
class Tier:
    """A price for one unit, for the part of a month's quantity up to `up_to`."""

    usd: float
    up_to: float = float("inf")
    """The end of the tier. The quantity above the last tier's end is not priced."""


@dataclass(frozen=True)
class Price:
    """A price by region. A month's quantity is divided into its tiers, as on the bill."""

    unit: str
    """What one unit is, for example `request` or `GB-second`."""
    tiers: Mapping[str, tuple[Tier, ...]]
    """The tiers by region, in ascending order."""
    source: str
    """The URL of AWS's page, which decides."""
    note: str = ""
    """What is uncertain about it."""
    read_on: date = READ_ON

    def usd(self, region: str) -> float | None:
        """Return the price of one unit in the first tier, or None if the region is not priced."""
        tiers = self.tiers.get(region)
        return tiers[0].usd if tiers else None

    def cost(self, quantity: float, region: str) -> float | None:
        """Return the cost of a month's quantity.

        Parameters
        ----------
        quantity
            Units in one month, 0 or more.
        region
            An AWS Region, for example `eu-central-1`.

        Returns
        -------
        US dollars, without free tiers. None: the region, or a quantity above the last tier, is not priced.

        """
        total, start = 0.0, 0.0
        for tier in self.tiers.get(region, ()):
            total += max(min(quantity, tier.up_to) - start, 0.0) * tier.usd
            start = tier.up_to
            if quantity <= start:
                return total
        return None


def price_region(region: str | None) -> str:
    """Return the region whose prices stand for those of a region: itself, eu-central-1 in Europe, or us-east-1."""
    if region in REGIONS:
        return str(region)
    return "eu-central-1" if (region or "").startswith("eu-") else "us-east-1"


def _both(usd: float, up_to: float = float("inf")) -> dict[str, tuple[Tier, ...]]:
    return {region: (Tier(usd, up_to),) for region in REGIONS}


def _first(usd: float) -> dict[str, tuple[Tier, ...]]:
    return {REGIONS[0]: (Tier(usd),)}


def _each(us_east_1: float, eu_central_1: float) -> dict[str, tuple[Tier, ...]]:
    return {"us-east-1": (Tier(us_east_1),), "eu-central-1": (Tier(eu_central_1),)}


_STANDARD = 0.40 / _MILLION
_X86 = (Tier(0.0000166667, 6 * _BILLION), Tier(0.000015, 15 * _BILLION), Tier(0.0000133334))
_ARM = (Tier(0.0000133334, 7.5 * _BILLION), Tier(0.0000120001, 18.75 * _BILLION), Tier(0.0000106667))

PRICES: Mapping[str, Price] = MappingProxyType(
    {
        "sqs.standard.requests": Price(
            "request",
            {
                "us-east-1": (
                    Tier(_STANDARD, 100 * _BILLION),
                    Tier(0.30 / _MILLION, 200 * _BILLION),
                    Tier(0.24 / _MILLION),
                ),
                "eu-central-1": (Tier(_STANDARD, 100 * _BILLION),),
            },
            _SQS,
            "each 64 KB of a request's payload is one request; above 100 billion a month eu-central-1 is not priced",
        ),
        "sqs.fifo.requests": Price(
            "request",
            _both(0.50 / _MILLION, 100 * _BILLION),
            _SQS,
            "sources disagree above 100 billion a month",
        ),
        "sqs.fair.requests": Price("request", _both(0.10 / _MILLION), _SQS, "in addition to sqs.standard.requests"),
        "lambda.requests": Price("request", _both(0.20 / _MILLION), _LAMBDA),
        "lambda.x86_64.gb_seconds": Price(
            "GB-second",
            dict.fromkeys(REGIONS, _X86),
            _LAMBDA,
            "includes INIT since 2025-08-01; tiers from a copy of the price page",
        ),
        "lambda.arm64.gb_seconds": Price(
            "GB-second",
            dict.fromkeys(REGIONS, _ARM),
            _LAMBDA,
            "includes INIT since 2025-08-01; tiers from a copy of the price page",
        ),
        "lambda.poller.hours": Price(
            "event poller unit-hour",
            {"us-east-1": (Tier(0.00925),)},
            _LAMBDA,
            "for SQS; Kafka's price differs",
        ),
        "cloudwatch.alarms.standard": Price("alarm-month", _both(0.10), _CLOUDWATCH, "for each metric of an alarm"),
        "cloudwatch.alarms.high_resolution": Price("alarm-month", _both(0.30), _CLOUDWATCH),
        "cloudwatch.alarms.composite": Price("alarm-month", _both(0.50), _CLOUDWATCH),
        "cloudwatch.metrics.custom": Price("metric-month", _both(0.30, 10_000), _CLOUDWATCH, "above 10,000 it is cheaper"),
        "cloudwatch.logs.ingested": Price(
            "GB",
            _each(0.50, 0.63),
            _CLOUDWATCH,
            "the first tier only; the cheaper tiers for Lambda's logs are missing",
        ),
        "cloudwatch.logs.stored": Price("GB-month", _each(0.03, 0.0324), _CLOUDWATCH),
        "cloudwatch.dashboards": Price(
            "dashboard-month", _both(3.00), _CLOUDWATCH, "three dashboards are free; from a copy of the price page of 2026-06"
        ),
        "lambda.snap_start.cached": Price(
            "GB-second",
            _first(0.0000015046),
            _LAMBDA,
            "at least 3 hours for each version; from a copy of the price page of 2026-05",
        ),
        "lambda.snap_start.restored": Price(
            "GB",
            _first(0.0001397998),
            _LAMBDA,
            "for each GB of the function's memory; from a copy of the price page of 2026-05",
        ),
        "scheduler.invocations": Price(
            "invocation",
            _first(1.00 / _MILLION),
            "https://aws.amazon.com/eventbridge/pricing/",
            "14 million a month are free; from a copy of the price page of 2026-03",
        ),
        "kms.keys": Price("key-month", _both(1.00), _KMS, "1 USD more after each of the first two rotations"),
        "kms.requests": Price(
            "request", _both(0.03 / 10_000), _KMS, "20,000 a month are free; from a copy of the price page of 2026-06"
        ),
        "xray.traces": Price("trace", _first(5.00 / _MILLION), _XRAY, "100,000 a month are free"),
        "dynamodb.on_demand.writes": Price("write request unit", _each(0.625 / _MILLION, 0.7625 / _MILLION), _DYNAMODB),
    }
)
"""Every price, by its name. Free tiers are not included."""
