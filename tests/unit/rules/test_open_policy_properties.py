"""QL018, QL019 and QL021 compared with brute force: which callers can access the queue, with which requests, for any policy."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from queuesmith.rules import CheckResult, Severity
from queuesmith.rules.book import rules_by_id
from queuesmith.rules.iam.documents import statements_in
from tests.unit.rules.iam.evaluation import Document, Request, applies, is_allowed, is_denied, mentioned
from tests.unit.rules.iam.strategies import UNKNOWN, completions, statements
from tests.unit.rules.iam.universe import ACTIONS, ALL_CALLERS, FOREIGN_CALLERS, FOREIGN_SERVICES, QUEUE, Caller
from tests.unit.rules.pipelines import good

MANY = 500
"""Examples. With fewer, a bug that only one key or operator in twenty shows would be missed."""
ALL_ACTIONS = (*ACTIONS, "sqs:TagQueue", "sqs:AddPermission")


def policies(*, unknown: bool) -> st.SearchStrategy[Document]:
    """A queue policy: one or two statements that allow, and usually one that denies."""
    allowing = st.lists(statements("Allow", unknown=unknown), min_size=1, max_size=2)
    denying = st.lists(statements("Deny", unknown=unknown), max_size=1)
    return st.builds(lambda allow, deny: [*allow, *deny], allowing, denying)


def check_policy(rule: str, policy: Document) -> CheckResult:
    """The result of a rule for a queue with this policy."""
    return rules_by_id()[rule].apply(good(queue={"policy": statements_in({"Statement": policy}, "queue"), "arns": (QUEUE,)}))


def verdict(result: CheckResult) -> str:
    return "finding" if result.findings else "unknown" if result.skipped else "none"


def tls_of(caller: Caller) -> tuple[str, ...]:
    """Services always use TLS."""
    return ("true",) if caller.principal.endswith(".amazonaws.com") else ("true", "false")


def lets_in(policy: Document, callers: tuple[Caller, ...]) -> bool:
    """Whether any request of any of these callers is allowed."""
    keys = mentioned(policy)
    return any(
        is_allowed(policy, request)
        for caller in callers
        for action in ACTIONS
        for request in caller.requests(action, QUEUE, keys, tls_of(caller))
    )


def with_principals(policy: Document, *, services: bool) -> Document:
    """The policy in which the statements that allow have only service principals, or none."""
    found = []
    for statement in policy:
        principal = statement.get("Principal", {})
        if statement["Effect"] == "Allow":
            named = principal if isinstance(principal, dict) else {}
            kept = {kind: names for kind, names in named.items() if (kind == "Service") is services}
            if services or ("NotPrincipal" not in statement and principal != "*"):
                statement = {**{k: v for k, v in statement.items() if k != "NotPrincipal"}, "Principal": kept}  # noqa: PLW2901
        found.append(statement)
    return found


def is_hard(policy: Document) -> bool:
    """Whether two statements have conditions on the same key, which can depend on each other, or a condition is on a key
    whose value AWS does not document for services.
    """
    keys = [key for statement in policy for key in mentioned([statement])]
    return len(keys) != len(set(keys)) or "aws:principaltype" in keys


def compare(rule: str, policy: Document, truths: set[bool]) -> None:
    """Open is a finding, and closed is none. If unknown values decide it, the check is skipped."""
    result = verdict(check_policy(rule, policy))
    if len(truths) > 1:
        assert result == "unknown"
    else:
        expected = "finding" if truths == {True} else "none"
        assert result == expected or (result == "unknown" and (is_hard(policy) or UNKNOWN in str(policy)))


@settings(max_examples=MANY)
@given(policies(unknown=False))
def test_policy_is_open_if_another_account_can_use_it(policy: Document) -> None:
    compare("QL019", policy, {lets_in(with_principals(policy, services=False), FOREIGN_CALLERS)})


@settings(max_examples=MANY)
@given(policies(unknown=True))
def test_policy_that_may_be_open_is_skipped(policy: Document) -> None:
    compare("QL019", policy, {lets_in(with_principals(each, services=False), FOREIGN_CALLERS) for each in completions(policy)})


@given(policies(unknown=False))
def test_service_is_limited_if_it_cannot_act_for_other_accounts(policy: Document) -> None:
    of_services = with_principals(policy, services=True)
    compare("QL021", policy, {lets_in(of_services, FOREIGN_SERVICES)})
    denials = [each for each in of_services if each["Effect"] == "Deny"]
    wide = [each for each in of_services if each["Effect"] == "Allow" and everything(each)]
    is_error = any(lets_in([each, *denials], FOREIGN_SERVICES) for each in wide)
    found = {finding.severity for finding in check_policy("QL021", policy).findings}
    assert is_hard(policy) or (Severity.ERROR in found) is is_error


def everything(statement: dict[str, Any]) -> bool:
    """Whether a statement covers all SQS actions."""
    named = {key: value for key, value in statement.items() if key in ("Action", "NotAction")}
    return all(applies({"Principal": "*", **named}, Request(action, QUEUE)) for action in ALL_ACTIONS)


@given(
    st.lists(statements("Deny"), min_size=1, max_size=2),
    st.sampled_from(({}, {"Condition": {"Bool": {"aws:SecureTransport": "false"}}})),
)
def test_a_queue_refuses_http_if_every_request_over_it_is_denied(policy: Document, added: dict[str, Any]) -> None:
    simpler: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    for denying in (
        policy,
        [{**policy[0], **added}],
        [{**simpler, "Condition": policy[0]["Condition"]}],
        [{**simpler, **added}],
    ):
        keys = mentioned(denying)
        refuses = all(
            is_denied(denying, request)
            for caller in ALL_CALLERS
            for action in ACTIONS
            for request in caller.requests(action, QUEUE, keys, ("false",))
        )
        result = verdict(check_policy("QL018", denying))
        by_parts = refuses and len(denying) > 1
        assert result == ("none" if refuses else "finding") or by_parts or (result == "unknown" and is_hard(denying))


def test_reference_evaluation_allows_the_principals_that_aws_allows() -> None:
    """Examples from AWS's documentation, which check the brute-force evaluation itself."""
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": "*"}
    closed = {**send, "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}}
    assert lets_in([send], FOREIGN_CALLERS)
    assert not lets_in([closed], FOREIGN_CALLERS)
    for operator in ("StringEqualsIfExists", "ForAllValues:StringEquals"):
        assert lets_in([{**send, "Condition": {operator: {"aws:PrincipalOrgID": "o-ours1111"}}}], FOREIGN_CALLERS)
    assert not lets_in([send, {**send, "Effect": "Deny", "Action": "*"}], FOREIGN_CALLERS)
    assert not lets_in([{**send, "Principal": {"AWS": "111111111111"}}], FOREIGN_CALLERS)
