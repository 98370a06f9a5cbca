"""Short runs of the checks of `make capacity-check`, and its negative controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.capacity import published, theory
from tests.capacity.controls import CONTROLS, Control, failing
from tests.capacity.setups import Check

SHORT = 0.03
QUICK = (published.invocations_in_the_ramp, published.errors, published.maximum_or_reserved, published.fast_scaling)


@pytest.mark.parametrize("function", [*theory.ALL, *QUICK], ids=lambda function: function.__name__)
def test_model_agrees_with_theory_and_measurements(function: Callable[[float], Iterator[Check]]) -> None:
    checks = list(function(SHORT))
    assert checks
    assert [each for each in checks if not each.passes] == []


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.mistake)
def test_mistake_in_the_model_breaks_its_check(control: Control) -> None:
    assert failing(control, SHORT)
