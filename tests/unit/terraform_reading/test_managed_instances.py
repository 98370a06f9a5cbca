"""Functions on Lambda Managed Instances have a longer maximum timeout. Their capacity provider identifies them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plans import references
from tests.unit.terraform_reading.checking import pipeline, rules_found, skipped_rules
from tests.unit.terraform_reading.worker import FUNCTION, Worker

BLOCK = [{"lambda_managed_instances_capacity_provider_config": [{"capacity_provider_arn": "arn"}]}]


def slow(timeout: int) -> Worker:
    return Worker().write(FUNCTION, "timeout", {"constant_value": timeout}, known=timeout)


@pytest.mark.parametrize(("timeout", "blocks", "found"), [(1_800, [], False), (1_801, [], True), (1_801, BLOCK, False)])
def test_a_capacity_provider_allows_longer_timeouts(timeout: int, blocks: Any, *, found: bool) -> None:
    worker = slow(timeout)
    if blocks:
        worker.write(FUNCTION, "capacity_provider_config", blocks, known=blocks)
    assert ("QL201" in rules_found(worker.plan())) == found


def test_unknown_capacity_provider_is_not_guessed() -> None:
    worker = slow(1_801).write(FUNCTION, "capacity_provider_config", references("local.provider"))
    assert "QL201" in skipped_rules(worker.plan()) - rules_found(worker.plan())
    assert pipeline(worker.plan()).function.timeout == 1_801
