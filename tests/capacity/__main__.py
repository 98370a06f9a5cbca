"""Runs all checks and controls at full size, and writes docs/capacity.md. Exit status 1: one of them did not end as it must."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from queuesmith.capacity import ServiceTime, Workload, predict, with_peak
from queuesmith.capacity.answer import answer
from queuesmith.capacity.constants import CONSTANTS, Constant
from queuesmith.capacity.prices import NOT_PRICED, PRICES, REGIONS
from queuesmith.readers.settings.pipeline import WorkerContext, settings_pipeline
from queuesmith.settings.loading import load
from tests.capacity import emulator, published, theory, worked_case
from tests.capacity.controls import CONTROLS, failing
from tests.capacity.setups import FULL, Check
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "capacity.md"
TRUST = """## How far it can be trusted

`make capacity-check` compares the model with theory, with measurements that others published, and with the emulator, and
writes these tables. It fails if a difference is larger than its tolerance. The difference and the tolerance are percentages of
the expected value, or absolute numbers if the expected value is 0.
"""
SYMBOLS = """In the formulas:

- λ: messages that arrive in a second. N: backlog at the start. b: batch size. G: message groups. k: receive attempts.
- S: seconds that a batch takes. E: mean. Cs: standard deviation of S, divided by its mean. μ = 1/E[S].
- c: concurrent invocations, c₀ at the start. r: their growth in a second (in the row "bulk service": the root of its equation).
- a = λ/μ: offered load. u = λE[S]: utilization. C(c, a): Erlang's probability that a message waits.
- L: messages in the queue and in progress (in the row "bulk service": only in the queue). W: seconds from sending to the end of
  the processing. Wq: seconds of waiting. All three are means.
- T: seconds until the backlog is drained. Bmax: largest backlog. t*: seconds until the concurrency is high enough for λ.
- p, q: the probability that an attempt fails. In λpS, p is the share of the messages that belong to the hot group.
"""
SEVERAL_QUEUES = """## Two million messages a second

One queue with one mapping is not enough. The producer divides the messages among several queues, for example by a hash of the
key, and each queue has its own mapping and function. In this example, messages are 1 KB, the handler needs 5 ms for each, and
they are sent in batches of 10. Each design uses at most {share} of a queue's limit:

{table}
The account's concurrency quota (1,000 by default) must be raised to the number of concurrent invocations. A larger batch saves
invocations, but holds messages longer, so that the 120,000 messages in flight limit each queue to a lower rate. Provisioned
mode bills the minimum number of pollers at all times. A FIFO queue with high throughput accepts at most 700,000 messages/s in
the largest regions (70,000 calls/s, batches of 10), and 24,000 in the smallest. The model uses the region's own limit:

| region | calls/s |
| --- | ---: |
| us-east-1, us-west-2, eu-west-1 | 70,000 |
| us-east-2, eu-central-1 | 19,000 |
| Mumbai, Singapore, Sydney, Tokyo | 9,000 |
| London, São Paulo | 4,500 |
| all others | 2,400 |
"""
INTRODUCTION = Path(__file__).with_name("introduction.md")


def main() -> int:
    """Check everything and write the page."""
    checks = {module: [each for function in module.ALL for each in function(FULL)] for module in (theory, published)}
    local = list(emulator.checks())
    broken = {control: failing(control, FULL) for control in CONTROLS}
    sections = [
        INTRODUCTION.read_text(encoding="utf-8").replace("{answer}", f"> {_example()}"),
        _worked_case(),
        TRUST,
        f"### Theory\n\n{SYMBOLS}",
        _checks(checks[theory], "formula"),
        "### Published measurements\n\nA1 to A12 number the measurements. `tests/capacity/published.py` contains the load of "
        "each one in the table.\n",
        _checks(checks[published], "source"),
        "Not reproduced, or an input of the model:\n",
        "\n".join(f"- {name}: {reason}" for name, reason in published.NOT_REPRODUCED.items()) + "\n",
        f"{published.MISSING}\n",
        "### The emulator\n\nThe model, with the constants of the profile `emulator`, is compared with a real function on "
        "ministack. Counts must be exact.\n",
        _checks(local, "compared with"),
        "### Negative controls\n\nEach mistake is put into the model on purpose, and must make its check fail.\n",
        _table(
            ("mistake", "check", "noticed"),
            [(control.mistake, control.check, "yes" if failed else "NO") for control, failed in broken.items()],
        ),
        "## Constants\n\nThese are the constants of the default profile, `aws-2026-08`. The profiles `aws-2018` and "
        "`emulator` have other values for some of them. `--assume` selects a profile.\n",
        _table(
            ("constant", "likely", "best to worst", "unit", "meaning", "status"), map(_constant, CONSTANTS, CONSTANTS.values())
        ),
        "## Prices\n\nIn USD for a million units, in the first tier. A price that is missing is reported as not priced.\n",
        _table(("price", "unit", *REGIONS, "note"), [_price(name) for name in PRICES]),
    ]
    PAGE.write_text("\n".join(section.rstrip("\n") + "\n" for section in sections), encoding="utf-8")
    everything = [*local, *(each for module in checks.values() for each in module)]
    bad = [each.name for each in everything if not each.passes]
    bad += [f"control: {control.mistake}" for control, failed in broken.items() if not failed]
    print(
        f"{len(everything)} checks, {len(CONTROLS)} controls; failed: {', '.join(bad) or 'none'}. docs/{PAGE.name} is written"
    )
    return 1 if bad else 0


def _example() -> str:
    settings = load(ROOT / "tests" / "sample" / "config", ["prod"]).environments["prod"].settings
    context = WorkerContext.in_environment("prod", {})
    pipeline = settings_pipeline("orders", settings.workers["orders"], date(2026, 11, 29), context, read_zip=False)
    workload = Workload(phases=with_peak(500, 5_000, 600, 600, 8_400), service=ServiceTime.constant(0.02))
    return answer(predict(pipeline, workload, region=settings.region))


def _worked_case() -> str:
    plans = list(worked_case.plans())
    rows = [
        (
            plan.title,
            f"{plan.limits[0].rate:,.0f} ({plan.limits[0].name})",
            f"{plan.queues}",
            f"{plan.invocations:,.0f}",
            f"{plan.usd / 1e6:,.1f}" + (f" without {', '.join(plan.unpriced)}" if plan.unpriced else ""),
        )
        for plan in plans
    ]
    columns = ("design", "limit of one queue, messages/s", "queues", "concurrent invocations", "million USD a month, us-east-1")
    return SEVERAL_QUEUES.format(share=f"{worked_case.HEADROOM:.0%}", table=_table(columns, rows))


def _checks(checks: Sequence[Check], what: str) -> str:
    return _table(
        ("check", what, "expected", "model", "difference", "tolerance"),
        [
            (
                check.name,
                check.formula,
                _number(check.expected),
                _number(check.actual),
                f"{check.difference:+.1%}" if check.expected else _number(check.difference),
                _tolerance(check.tolerance),
            )
            for check in checks
        ],
    )


def _tolerance(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else f"{share:g}".replace("e-0", "e-") if share else "exact"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 or value == int(value) else f"{value:.4g}"


def _constant(name: str, constant: Constant) -> tuple[str, ...]:
    ends = f"{constant.at('best'):g} to {constant.at('worst'):g}" if constant.is_uncertain else ""
    source = f"[{constant.status.value}]({constant.source})" if constant.source.startswith("http") else constant.status.value
    return f"`{name}`", f"{constant.likely:g}", ends, constant.unit, constant.meaning, source


def _price(name: str) -> tuple[str, ...]:
    price = PRICES[name]
    usd = [price.usd(region) for region in REGIONS]
    shown = (NOT_PRICED if each is None else f"{each * 1e6:,.2f}" for each in usd)
    return f"[`{name}`]({price.source})", price.unit, *shown, price.note


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
