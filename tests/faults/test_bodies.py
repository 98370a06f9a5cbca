"""Messages that are not orders: poison only, malformed, huge and unusual bodies."""

from __future__ import annotations

import json

from tests.faults.lane import Lane
from tests.faults.run import MESSAGES, Run, proves
from tests.sample_orders import poison

LARGEST = 262_144
"""The maximum size of a message in bytes (the default of `maximum_message_size` in provider 5)."""


def odd_bodies() -> list[str]:
    """Different bodies of every kind that people and programs send by mistake."""
    no_json = ["\ufeff{}", "\t\n\r ", " ", "\n", "[" * 5_000, "9" * 5_000, '{"order_id": "x"', "<order/>", "order_id=1&total=2"]
    no_order = ["null", "true", "42", "-0", "1e999", "NaN", '""', "[]", "{}", '{"a":' * 500 + "1" + "}" * 500]
    of_others = ['{"Records": []}', '{"MessageBody": "{}"}', "eyJvcmRlcl9pZCI6IDF9", '{"__proto__": {}}']
    of_attackers = ["'; DROP TABLE orders; --", "${jndi:ldap://x}", "{{7*7}}", "%s%n%x", '{"order_id": {"$gt": ""}}']
    odd_texts = [
        "\u00fcmlaut \u6f22\u5b57 \U0001f4e6",
        "\u202eright to left",
        "a\\u0000b",
        json.dumps({"order_id": "a\ud800b"}),
    ]
    odd_values = [
        '{"order_id": null}',
        '{"order_id": "' + "x" * 101 + '"}',
        '{"order_id": "a", "order_id": "b"}',
        '{"total": 1e4000}',
    ]
    nasty = [*no_json, *no_order, *of_others, *of_attackers, *odd_texts, *odd_values]
    whitespace = [" " * length for length in range(2, 12)]
    numbered = [f"{text} ({number})" for number in range(4) for text in nasty if len(text) < 1_000]
    return [*dict.fromkeys([*nasty, *whitespace, *numbered])]


def huge_bodies(count: int) -> list[str]:
    """Bodies as large as a queue accepts: no room is left for the failure reason."""
    return [str(number) + "x" * (LARGEST - len(str(number))) for number in range(10, 10 + count)]


def test_batches_of_only_poison_end_in_the_dlq(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.deliver(run.poison(f"{poison(number)} {number}" for number in range(MESSAGES)))

    proves(standard, "only poison messages", inject, broken="drops", shown="lost")


def test_odd_bodies_end_in_the_dlq_unchanged(standard: Lane) -> None:
    def inject(run: Run) -> None:
        bad, good = run.poison([*odd_bodies(), *huge_bodies(20)]), run.orders(120)
        run.deliver([body for pair in zip(bad, [*good, *[""] * len(bad)], strict=False) for body in pair if body])

    proves(standard, "malformed, whitespace, huge and odd bodies", inject, broken="drops", shown="lost", messages=MESSAGES)
