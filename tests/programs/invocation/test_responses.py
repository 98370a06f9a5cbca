"""A handler's response is interpreted by Lambda's rules."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.operations.invocation.response import interpret_response
from tests.programs.invocation.handler import FAILS_SOME, Handler, outcomes

HAS_ID = "must be an object with itemIdentifier"
IS_IN_BATCH = "must be the id of a message in the batch"


@pytest.mark.parametrize(
    ("response", "shown"),
    [
        ("'ok'", 'The response is "ok", but must be an object with batchItemFailures'),
        ("[]", "The response is [], but must be an object with batchItemFailures"),
        ("{'batchItemFailures': 'all'}", 'batchItemFailures is "all", but must be a list'),
        ("{'batchItemFailures': {}}", "batchItemFailures is {}, but must be a list"),
        ("{'batchItemFailures': ['m']}", f'An item of batchItemFailures is "m", but {HAS_ID}'),
        ("{'batchItemFailures': [{'id': 'm'}]}", f'An item of batchItemFailures is {{"id": "m"}}, but {HAS_ID}'),
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", f'An itemIdentifier is "", but {IS_IN_BATCH}'),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", f"An itemIdentifier is null, but {IS_IN_BATCH}"),
        ("{'batchItemFailures': [{'itemIdentifier': 5}]}", f"An itemIdentifier is 5, but {IS_IN_BATCH}"),
        ("{'batchItemFailures': [{'itemIdentifier': 'm'}]}", f'An itemIdentifier is "m", but {IS_IN_BATCH}'),
    ],
)  # fmt: skip
def test_response_that_lambda_cannot_read_fails_the_whole_batch(handler: Handler, response: str, shown: str) -> None:
    batch = handler.run_one(f"def lambda_handler(event, context): return {response}", "a", "b")
    assert outcomes(batch) == ["failed", "failed"]
    assert batch.failure is not None
    assert batch.failure.kind == "response"
    assert batch.failure.message == f"{shown}. Lambda treats the whole batch as failed"


@pytest.mark.parametrize("response", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}])
def test_missing_or_empty_list_is_success(response: Any) -> None:
    outcome = interpret_response(response, ["a"], partial=True)
    assert (outcome.failed, outcome.failure, outcome.note) == (set(), None, "")


def test_response_without_the_key_is_a_success_with_a_note() -> None:
    outcome = interpret_response({"batchItemFailure": [{"itemIdentifier": "a"}]}, ["a"], partial=True)
    assert (outcome.failed, outcome.failure) == (set(), None)
    assert outcome.note == (
        "The response has no batchItemFailures, only batchItemFailure. Lambda treats all messages as processed"
    )


def test_response_is_ignored_if_partial_responses_are_disabled(handler: Handler) -> None:
    batch = handler.run_one(FAILS_SOME, "fail", partial_batch_responses=False)
    assert outcomes(batch) == ["processed"]
    assert batch.note == "Lambda ignores batchItemFailures, because source.partial_batch_responses is false"
    assert outcomes(handler.run_one("def lambda_handler(event, context): return 'ok'", partial_batch_responses=False)) == [
        "processed"
    ]


def test_response_that_is_not_json_is_a_runtime_error(handler: Handler) -> None:
    failure = handler.run_one("def lambda_handler(event, context): return {1, 2}").failure
    assert failure is not None
    assert (failure.kind, failure.type) == ("exception", "Runtime.MarshalError")
    assert failure.message == "Unable to marshal response: Object of type set is not JSON serializable"
    code = "from decimal import Decimal\ndef lambda_handler(event, context): return {'n': Decimal('1.5')}"
    assert handler.run_one(code).response == {"n": 1.5}
