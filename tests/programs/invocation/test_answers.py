"""A handler's answer is read by Lambda's rules."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.operations.invocation.answer import judged
from tests.programs.invocation.handler import FAILS_SOME, Handler, outcomes


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("'ok'", 'The answer is "ok", and no object with batchItemFailures'),
        ("[]", "The answer is [], and no object with batchItemFailures"),
        ("{'batchItemFailures': 'all'}", 'BatchItemFailures is "all", and no list'),
        ("{'batchItemFailures': {}}", "BatchItemFailures is {}, and no list"),
        ("{'batchItemFailures': ['m']}", 'An item of batchItemFailures is "m", and has no itemIdentifier'),
        ("{'batchItemFailures': [{'id': 'm'}]}", 'An item of batchItemFailures is {"id": "m"}, and has no itemIdentifier'),
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", 'An itemIdentifier is ""'),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", "An itemIdentifier is null"),
        ("{'batchItemFailures': [{'itemIdentifier': 5}]}", "An itemIdentifier is 5"),
        ("{'batchItemFailures': [{'itemIdentifier': 'm'}]}", 'The itemIdentifier "m" is of no message in the batch'),
    ],
)  # fmt: skip
def test_response_that_lambda_cannot_read_fails_the_whole_batch(handler: Handler, answer: str, shown: str) -> None:
    batch = handler.run_one(f"def lambda_handler(event, context): return {answer}", "a", "b")
    assert outcomes(batch) == ["failed", "failed"]
    assert batch.failure is not None
    assert batch.failure.kind == "answer"
    assert batch.failure.message == f"{shown}: Lambda takes the whole batch for failed"


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}])
def test_missing_or_empty_list_is_success(answer: Any) -> None:
    verdict = judged(answer, ["a"], partial=True)
    assert (verdict.failed, verdict.failure, verdict.note) == (set(), None, "")


def test_response_without_the_key_is_a_success_with_a_note() -> None:
    verdict = judged({"batchItemFailure": [{"itemIdentifier": "a"}]}, ["a"], partial=True)
    assert (verdict.failed, verdict.failure) == (set(), None)
    assert verdict.note == "the answer has no batchItemFailures, but batchItemFailure: Lambda takes all for worked"


def test_response_is_ignored_if_partial_responses_are_disabled(handler: Handler) -> None:
    batch = handler.run_one(FAILS_SOME, "fail", partial_batch_responses=False)
    assert outcomes(batch) == ["worked"]
    assert batch.note == "Lambda ignores batchItemFailures: source.partial_batch_responses is off"
    assert outcomes(handler.run_one("def lambda_handler(event, context): return 'ok'", partial_batch_responses=False)) == [
        "worked"
    ]


def test_response_that_is_not_json_is_a_runtime_error(handler: Handler) -> None:
    failure = handler.run_one("def lambda_handler(event, context): return {1, 2}").failure
    assert failure is not None
    assert (failure.kind, failure.type) == ("exception", "Runtime.MarshalError")
    assert failure.message == "Unable to marshal response: Object of type set is not JSON serializable"
    code = "from decimal import Decimal\ndef lambda_handler(event, context): return {'n': Decimal('1.5')}"
    assert handler.run_one(code).answer == {"n": 1.5}
