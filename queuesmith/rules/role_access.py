"""Evaluates what the function's role is allowed when Lambda polls the queue with it, by all policies that apply to it.

Policies combine as in https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
If a policy cannot be read, what it allows is unknown, and it is assumed to deny nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from queuesmith.rules.function import Role
from queuesmith.rules.iam.callers import NO_SERVICE, Caller, match_statement, of_resource
from queuesmith.rules.iam.conditions import Request, Value, match_conditions
from queuesmith.rules.iam.policy import OWN_ACCOUNT, REFERENCE, Statement, account_of
from queuesmith.rules.iam.three_valued_logic import Match, all_match, all_true, any_true
from queuesmith.rules.pipeline import KmsKey
from queuesmith.rules.queue import Queue
from queuesmith.rules.unknown import MaybeUnknown, Unknown

Policy = MaybeUnknown[tuple[Statement, ...]]
_ROLE = re.compile(r"arn:[^:]+:(?P<service>iam|sts)::(?P<account>[^:]*):(?P<kind>role|assumed-role)/(?P<name>.+)")
_ROOT = re.compile(r"arn:[^:]+:iam::(?P<account>[^:]+):root")


@dataclass(frozen=True)
class Access:
    """Whether a role is allowed an action, and if not, why."""

    allowed: MaybeUnknown[bool]
    denied_by: str | None = None
    """The policy that denies the action, as the start of a sentence: `the policy of the queue denies the role`."""
    outside_boundary: bool = False
    """Whether the only reason is that the role's permissions boundary does not include the action."""
    key_policy_excludes_role: bool = False
    """Whether the only reason is that the key's policy allows neither the role nor its account."""


@dataclass(frozen=True)
class _Call:
    """A request for an action on the resource with these ARNs."""

    action: str
    arns: tuple[str, ...]
    role: Role
    request: Request

    def is_allowed_by_role(self, statements: Iterable[Statement]) -> MaybeUnknown[bool]:
        """Whether policies of the role allow the request."""
        return any_true(self._match_role_statement(each).possible for each in statements if each.allows)

    def is_allowed_by_resource(self, policy: Policy, matches: Callable[[str], MaybeUnknown[bool]]) -> MaybeUnknown[bool]:
        """Whether the resource's policy allows the request for principals that match `matches`."""
        if isinstance(policy, Unknown):
            return policy
        return any_true(self._match_resource_statement(each, matches).possible for each in policy if each.allows)

    def denials(self, policy: Policy, named: str) -> Iterator[tuple[str, MaybeUnknown[bool]]]:
        """Yield what could deny the request, and whether it does."""
        boundary = () if self.role.boundary is None or isinstance(self.role.boundary, Unknown) else self.role.boundary
        for statement in (*self.role.statements, *boundary):
            if not statement.allows:
                yield statement_name(statement, self.role), self._match_role_statement(statement).certain
        for statement in () if isinstance(policy, Unknown) else policy:
            if not statement.allows:
                yield named, self._match_resource_statement(statement, self._is_role_or_account).certain

    def _match_resource_statement(self, statement: Statement, matches: Callable[[str], MaybeUnknown[bool]]) -> Match:
        """Whether a statement of the resource's policy applies to the call.

        Unknown if NotPrincipal lists the role: to exclude the call, it would have to list the role's session as well.
        """
        if not statement.has_action(self.action):
            return Match.of(False)
        if not statement.not_principals:
            return match_statement(statement, self.arns, Caller(matches, self.request))
        named = Caller(self._is_role_or_account, self.request)
        if match_statement(statement, self.arns, named).possible is False and self._applies_to_others(statement):
            return Match.of(Unknown(f"whether a statement excludes the sessions of {self.role.label}"))
        return match_statement(statement, self.arns, named)

    def _applies_to_others(self, statement: Statement) -> bool:
        return match_statement(statement, self.arns, Caller(lambda _: False, self.request)).possible is not False

    def _is_role_or_account(self, principal: str) -> MaybeUnknown[bool]:
        return any_true((_is_role(principal, self.role), _is_account(principal, self.role)))

    def _match_role_statement(self, statement: Statement) -> Match:
        if not statement.has_action(self.action):
            return Match.of(False)
        on_resource = Match.of(statement.reaches(self.arns))
        return all_match((on_resource, *match_conditions(statement.conditions, of_resource(self.request, self.arns)).values()))


def statement_name(statement: Statement, role: Role) -> str:
    """Return the policy that contains a role's statement, for messages."""
    return f"an inline policy of {role.label}" if statement.where in ("", role.address) else statement.where


def queue_access(role: Role, queue: Queue, action: str) -> Access:
    """Return whether a role is allowed an action on a queue."""
    call = _Call(action, queue.arns, role, _request(role))
    first, *others = [_queue_access(call, queue, policy) for policy in queue.policies()]
    return first if all(each == first for each in others) else Access(Unknown(f"which policy of {queue.label} is in force"))


def _queue_access(call: _Call, queue: Queue, policy: Policy) -> Access:
    by_role, by_name, by_account = _grants(call, policy)
    granted = any_true((by_role, by_name))
    if not _could_be_same({account_of(arn) for arn in queue.arns}, {account_of(arn) for arn in call.role.arns}):
        granted = all_true((by_role, any_true((by_name, by_account))))
    return _access(call, granted, call.denials(policy, f"the policy of {queue.label}"))


def key_access(role: Role, queue: Queue, key: KmsKey, action: str) -> Access:
    """Return whether a role can use a key through SQS. A key whose policy cannot be read is assumed to have the default."""
    call = _Call(action, key.arns, role, _request(role, queue))
    policy: Policy = key.policy if key.policy_is_readable else ()
    by_role, by_name, by_account = _grants(call, policy)
    by_grant = call.is_allowed_by_resource(key.grants, lambda name: _is_role(name, role))
    account_is_allowed = by_account if key.policy_is_readable else True
    granted = any_true((all_true((by_role, account_is_allowed)), by_name, by_grant))
    access = _access(call, granted, call.denials(policy, f"the policy of {key.label}"))
    only_key = granted is False and access.denied_by is None and by_role is True
    return Access(access.allowed, access.denied_by, access.outside_boundary, key_policy_excludes_role=only_key)


def _grants(call: _Call, policy: Policy) -> tuple[MaybeUnknown[bool], MaybeUnknown[bool], MaybeUnknown[bool]]:
    """Return whether the role's policies allow the request, whether the resource's policy allows the role, and its account."""
    role = call.role
    by_role = any_true((call.is_allowed_by_role(role.statements), *role.unreadable_policies))
    by_name = call.is_allowed_by_resource(policy, lambda name: _is_role(name, role))
    by_account = call.is_allowed_by_resource(policy, lambda name: _is_account(name, role, assumed=True))
    return by_role, by_name, by_account


def _access(call: _Call, granted: MaybeUnknown[bool], denials: Iterator[tuple[str, MaybeUnknown[bool]]]) -> Access:
    boundary = call.role.boundary
    in_boundary = boundary if isinstance(boundary, Unknown) else boundary is None or call.is_allowed_by_role(boundary)
    refused: MaybeUnknown[bool] = False
    for where, meets in denials:
        if meets is True:
            whom = "it" if where.endswith(f" of {call.role.label}") else call.role.label
            return Access(allowed=False, denied_by=f"{where} denies {whom}")
        refused = meets or refused
    allowed = all_true((granted, in_boundary))
    if allowed is True and isinstance(refused, Unknown):
        return Access(refused)
    return Access(allowed, outside_boundary=granted is True and in_boundary is False)


def _request(role: Role, queue: Queue | None = None) -> Request:
    """Return the known condition keys of a call that Lambda makes with the role.

    If `queue` is given, the call is the one that SQS makes to KMS for that queue.
    """
    accounts = tuple(account for arn in role.arns if (account := account_of(arn)))
    regions = [arn.split(":")[3] for arn in queue.arns if arn.startswith("arn:")] if queue else []
    region = next((region for region in regions if region != "*"), None)
    context: dict[str, Value] = {
        **NO_SERVICE,
        "aws:securetransport": ("true",),
        "aws:principaltype": ("AssumedRole",),
        "aws:principalisawsservice": ("false",),
        "aws:principalarn": role.arns or Unknown(role.arn_name),
        "aws:principalaccount": accounts or Unknown(f"the account of {role.label}"),
        "kms:calleraccount": accounts or Unknown(f"the account of {role.label}"),
    }
    if region is not None:
        context["kms:viaservice"] = (f"sqs.{region}.amazonaws.com",)
    return Request(context, others=Unknown("the value that Lambda's calls have for"))


def _could_be_same(first: set[str | None], second: set[str | None]) -> bool:
    one, other = first - {None}, second - {None}
    return not one or not other or bool(one & other)


def _is_role(principal: str, role: Role) -> MaybeUnknown[bool]:
    """Whether a principal is this role. The names of its sessions are not known."""
    kind, _, name = principal.partition(":")
    if kind != "AWS":
        return False
    if name in role.arns or name.startswith(f"{REFERENCE}{role.address}."):
        return True
    match = _ROLE.fullmatch(name)
    if match is None:
        return Unknown(f"the principal with the id {name}") if name.startswith("AROA") else False
    same_account = _could_be_same({account_of(name)}, {account_of(arn) for arn in role.arns})
    if not isinstance(role.name, str):
        return same_account and Unknown(f"the name of {role.label}")
    if match["kind"] == "role":
        return same_account and match["name"].split("/")[-1] == role.name
    is_session = same_account and match["name"].split("/")[0] == role.name
    return is_session and Unknown(f"the session name of {role.label}")


def _is_account(principal: str, role: Role, *, assumed: bool = False) -> MaybeUnknown[bool]:
    """Whether a principal is the role's account.

    `assumed`: also true if the role's account is not known, because both are in the same file.
    """
    kind, _, name = principal.partition(":")
    root = _ROOT.fullmatch(name)
    account = root["account"] if root else name
    if kind != "AWS" or not (account.isdecimal() or account == OWN_ACCOUNT):
        return False
    own = {account_of(arn) for arn in role.arns} - {None}
    if account == OWN_ACCOUNT or account in own:
        return True
    if own:
        return False
    return assumed or Unknown(f"the account of {role.label}")
