"""QL207, QL209 and QL020 compared with brute force: the combined effect of all policies for the role and the senders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from queuesmith.rules import CheckResult, KmsKey, Pipeline, Role, Statement
from queuesmith.rules.book import rules_by_id
from queuesmith.rules.iam.documents import statements_in
from tests.unit.rules.iam.evaluation import Document, Request, applies, is_denied, mentioned
from tests.unit.rules.iam.strategies import KEY_ACTIONS, QUEUE_ACTIONS, of_role, statements
from tests.unit.rules.iam.universe import BUCKET, KEY, OUR_NETWORK, OURS, OWN_ROLE, QUEUE, S3, SNS, TOPIC, Caller, role, service
from tests.unit.rules.pipelines import CONSUME, TLS_ONLY, good

KNOWN = (
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalIsAWSService",
    "aws:SecureTransport",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:ResourceAccount",
)
"""The condition keys whose values are known when Lambda polls with the role."""
ALSO_UNKNOWN = (*KNOWN, "aws:SourceIp", "aws:UserAgent", "aws:CurrentTime", "aws:PrincipalOrgID", "aws:SourceVpce")
POLLER = role(OWN_ROLE, "o-ours1111", OUR_NETWORK)
ROOT = f"arn:aws:iam::{OURS}:root"
ON_QUEUE: dict[str, Any] = {"own": QUEUE, "named": QUEUE_ACTIONS}
ON_KEY: dict[str, Any] = {"own": KEY, "named": KEY_ACTIONS}


@dataclass(frozen=True)
class Policies:
    """All policies that apply to a call of the role."""

    own: Document
    boundary: Document | None
    resource: Document

    @property
    def every(self) -> Document:
        return [*self.own, *(self.boundary or []), *self.resource]


def lists(effect: str, keys: tuple[str, ...], on: dict[str, Any]) -> st.SearchStrategy[Document]:
    return st.lists(statements(effect, keys=keys, **on), max_size=1)


def documents(keys: tuple[str, ...], on: dict[str, Any]) -> st.SearchStrategy[Document]:
    """A resource's policy, often with a statement that grants access."""
    plain = {"Effect": "Allow", "Action": ["sqs:*", "kms:*"], "Resource": "*"}
    useful = st.lists(st.sampled_from([{**plain, "Principal": {"AWS": arn}} for arn in (ROOT, OWN_ROLE)]), max_size=1)
    return st.builds(lambda a, b, c: [*a, *b, *c], useful, lists("Allow", keys, on), lists("Deny", keys, on))


def policies(keys: tuple[str, ...], on: dict[str, Any]) -> st.SearchStrategy[Policies]:
    own = documents(keys, on).map(lambda found: [of_role(each) for each in found])
    return st.builds(Policies, own, st.one_of(st.none(), st.none(), own), documents(keys, on))


def read(policy: Document) -> tuple[Statement, ...]:
    found = statements_in({"Statement": policy}, "policy")
    assert isinstance(found, tuple)
    return found


def role_of(given: Policies) -> Role:
    boundary = None if given.boundary is None else read(given.boundary)
    return Role(name="orders", arns=(OWN_ROLE,), statements=read(given.own), boundary=boundary)


def verdict(rule: str, pipeline: Pipeline) -> str:
    result: CheckResult = rules_by_id()[rule].apply(pipeline)
    return "finding" if result.findings else "unknown" if result.skipped else "none"


def names(statement: dict[str, Any]) -> list[str]:
    """The IAM principals of a statement."""
    principal = statement.get("Principal")
    found = principal.get("AWS", []) if isinstance(principal, dict) else []
    return found if isinstance(found, list) else [found]


def allows(policy: Document, request: Request) -> bool:
    return any(each["Effect"] == "Allow" and applies(each, request) for each in policy)


def without_account(policy: Document) -> Document:
    """The policy without grants to the account, which take effect only through the account's own policies."""
    found = []
    for each in policy:
        kept = [name for name in names(each) if name not in (OURS, ROOT)]
        is_about_account = each["Effect"] == "Allow" and len(kept) < len(names(each))
        found.append({**each, "Principal": {"AWS": kept}} if is_about_account else each)
    return found


def is_allowed_by(given: Policies, request: Request, *, by_key: bool) -> bool:
    """AWS's decision within one account."""
    if is_denied(given.every, request):
        return False
    if given.boundary is not None and not allows(given.boundary, request):
        return False
    if allows(without_account(given.resource), request):
        return True
    to_account = [each for each in given.resource if {OURS, ROOT} & set(names(each))]
    return allows(given.own, request) and (not by_key or allows(to_account, request))


def truths(given: Policies, actions: tuple[str, ...], resource: str, *, by_key: bool) -> list[set[bool]]:
    """The possible decisions for each action, over all unknown values."""
    keys = mentioned(given.every)
    return [
        {is_allowed_by(given, request, by_key=by_key) for request in POLLER.requests(action, resource, keys, ("true",))}
        for action in actions
    ]


def compare(result: str, found: list[set[bool]], *, exactly: bool) -> None:
    """A missing permission is a finding, and complete permissions are none. Unknown values skip the check."""
    expected = "finding" if {False} in found else "none" if all(each == {True} for each in found) else "unknown"
    assert result == expected or (result == "unknown" and not exactly)


def is_certain(given: Policies) -> bool:
    """Whether all condition keys are known. NotPrincipal makes it uncertain, because the role's sessions can match it."""
    known = {key.lower() for key in KNOWN}
    return mentioned(given.every) <= known and not any("NotPrincipal" in each for each in given.every)


@given(policies(KNOWN, ON_QUEUE) | policies(ALSO_UNKNOWN, ON_QUEUE))
def test_role_lacks_permissions_that_are_not_granted_or_are_denied(given: Policies) -> None:
    pipeline = good(role=role_of(given), queue={"arns": (QUEUE,), "policy": read(given.resource)})
    found = truths(given, CONSUME, QUEUE, by_key=False)
    compare(verdict("QL207", pipeline), found, exactly=is_certain(given))


@given(policies(KNOWN, ON_KEY) | policies(ALSO_UNKNOWN, ON_KEY))
def test_role_can_decrypt_if_key_role_and_boundary_allow_it(given: Policies) -> None:
    key = KmsKey(address="key", arns=(KEY,), policy_is_readable=True, policy=read(given.resource))
    pipeline = good(role=role_of(given), queue={"arns": (QUEUE,), "kms_key": KEY, "policy": (TLS_ONLY,)}, kms_key=key)
    found = truths(given, ("kms:Decrypt",), KEY, by_key=True)
    compare(verdict("QL209", pipeline), found, exactly=is_certain(given))


SENDER_KEYS = ("aws:SourceArn", "aws:SourceAccount", "aws:PrincipalIsAWSService", "aws:SecureTransport", "aws:UserAgent")
TO_SERVICES = {"Effect": "Allow", "Principal": {"Service": [SNS, S3]}, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}
FROM_BUCKET = service(S3, BUCKET, OURS)
SENDERS = (
    (SNS, TOPIC, service(SNS, TOPIC, OURS)),
    (S3, BUCKET, Caller(S3, {**FROM_BUCKET.values, "aws:sourcearn": [[BUCKET], None]})),
)
"""Services that use the key for one of our resources. Only SNS is known to pass that resource to KMS."""


@given(
    st.builds(lambda found, let_in: [*found, *let_in], documents(SENDER_KEYS, ON_KEY), st.sampled_from(([], [TO_SERVICES]))),
    st.sampled_from(SENDERS),
)
def test_senders_messages_are_lost_unless_the_key_allows_it(policy: Document, sender: tuple[str, str, Caller]) -> None:
    name, source, caller = sender
    sends = {"Effect": "Allow", "Principal": {"Service": name}, "Action": "sqs:SendMessage"}
    queue_policy = read([{**sends, "Condition": {"ArnEquals": {"aws:SourceArn": source}}}])
    key = KmsKey(address="key", arns=(KEY,), policy_is_readable=True, policy=read(policy))
    pipeline = good(queue={"arns": (QUEUE,), "kms_key": KEY, "policy": queue_policy}, kms_key=key)
    keys = mentioned(policy)
    found = [
        {allows(policy, each) and not is_denied(policy, each) for each in caller.requests(action, KEY, keys, ("true",))}
        for action in ("kms:Decrypt", "kms:GenerateDataKey")
    ]
    compare(verdict("QL020", pipeline), found, exactly=keys <= {"aws:securetransport", "aws:principalisawsservice"})


def test_reference_evaluation_agrees_with_aws_documentation() -> None:
    """The account's root in a key policy delegates to the account's policies. In a queue's policy
    it grants nothing.
    """
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    to_root, to_role = ({**everything, "Principal": {"AWS": arn}} for arn in (ROOT, OWN_ROLE))
    asked = Request("kms:Decrypt", KEY, OWN_ROLE)
    assert is_allowed_by(Policies([everything], None, [to_root]), asked, by_key=True)
    assert is_allowed_by(Policies([], None, [to_role]), asked, by_key=True)
    assert not is_allowed_by(Policies([everything], None, []), asked, by_key=True)
    assert not is_allowed_by(Policies([], None, [to_root]), asked, by_key=False)
    assert not is_allowed_by(Policies([], [], [to_role]), asked, by_key=False)
    assert not is_allowed_by(Policies([everything], None, [{**to_role, "Effect": "Deny"}]), asked, by_key=False)
