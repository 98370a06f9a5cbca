"""The kinds of callers that queue and key policies distinguish, and what a policy allows each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from queuesmith.rules.iam.actions import QUEUE_ACTIONS
from queuesmith.rules.iam.conditions import Choice, Request, Value, match_conditions
from queuesmith.rules.iam.policy import ANY_PRINCIPAL, Statement, account_of
from queuesmith.rules.iam.three_valued_logic import Match, all_match, all_true, any_true, negation
from queuesmith.rules.unknown import MaybeUnknown, Unknown

_TIMES = frozenset({"aws:currenttime", "aws:epochtime", "aws:tokenissuetime"})
_ALWAYS: dict[str, Value] = dict.fromkeys(("aws:currenttime", "aws:epochtime"), Choice())
_ANY = Choice(optional=True)
_OTHERS = Choice(foreign=True)
_OTHERS_OR_NONE = Choice(foreign=True, optional=True)
_SOURCES = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths")
_PRINCIPALS = (
    "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:userid",
    "kms:calleraccount",
)  # fmt: skip
_NETWORKS = (
    "aws:sourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid",
    "aws:vpceorgpaths",
)  # fmt: skip
NO_SERVICE: dict[str, Value] = dict.fromkeys((*_SOURCES, "aws:principalservicename", "aws:principalservicenameslist"))
"""The condition keys that are absent from a call that is not made by an AWS service."""


@dataclass(frozen=True)
class Caller:
    """A caller whose request a policy allows or denies."""

    matches: Callable[[str], MaybeUnknown[bool]]
    """Whether a principal of a statement matches this caller. It is not called for principals that match every caller."""
    request: Request

    def matches_principals(self, statement: Statement) -> MaybeUnknown[bool]:
        """Whether the principals of a statement include the caller."""
        if statement.not_principals:
            return negation(self._matches_any(statement.not_principals))
        return self._matches_any(statement.principals)

    def _matches_any(self, principals: MaybeUnknown[tuple[MaybeUnknown[str], ...]]) -> MaybeUnknown[bool]:
        if isinstance(principals, Unknown):
            return principals
        return any_true(
            each if isinstance(each, Unknown) else each in ANY_PRINCIPAL or self.matches(each) for each in principals
        )


def _matches_stranger(principal: str) -> MaybeUnknown[bool]:
    """No named principal matches a stranger. Unknown for identity providers, because they can let any user in."""
    return Unknown(f"the users that {principal} authenticates") if principal.startswith("Federated:") else False


def _callers() -> Iterator[Caller]:
    for tls in ("true", "false"):
        common: dict[str, Value] = {"aws:securetransport": (tls,), "aws:viaawsservice": ("false",)}
        networks: dict[str, Value] = dict.fromkeys(_NETWORKS, _OTHERS_OR_NONE)
        nobody: dict[str, Value] = dict.fromkeys((*_PRINCIPALS, "aws:principalisawsservice", "aws:username"))
        yield Caller(
            _matches_stranger,
            Request({**common, **networks, **NO_SERVICE, **nobody, "aws:principaltype": ("Anonymous",)}, others=_ANY),
        )
        other: dict[str, Value] = {
            **dict.fromkeys(_PRINCIPALS, _OTHERS),
            **dict.fromkeys(("aws:principalorgid", "aws:principalorgpaths"), _OTHERS_OR_NONE),
            "aws:principalisawsservice": ("false",),
            "aws:principaltype": Choice(),
        }
        yield Caller(_matches_stranger, Request({**common, **networks, **NO_SERVICE, **other}, others=_ANY))


def service(name: str | None) -> Caller:
    """Return an AWS service that calls on behalf of a resource in another account. None: any service."""

    def matches(principal: str) -> bool:
        return name is not None and principal == f"Service:{name}"

    nobody: dict[str, Value] = dict.fromkeys((*_PRINCIPALS, *_NETWORKS, "aws:username"))
    context: dict[str, Value] = {
        **nobody,
        **dict.fromkeys(_SOURCES, _OTHERS_OR_NONE),
        "aws:sourcearn": Choice(foreign=True, service=name.split(".")[0] if name else ""),
        "aws:securetransport": ("true",),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": Choice() if name is None else (name,),
        "aws:principaltype": Unknown("the aws:PrincipalType of a service"),
    }
    return Caller(matches, Request(context, others=_ANY))


def service_for(name: str, source: Value, account: Value) -> Caller:
    """Return an AWS service that calls on behalf of a resource.

    `source` and `account` are the values of `aws:SourceArn` and `aws:SourceAccount` in its call.
    """
    first_label = name.split(".", maxsplit=1)[0]

    def matches(principal: str) -> MaybeUnknown[bool]:
        if principal == f"Service:{name}":
            return True
        regional = principal.startswith(f"Service:{first_label}.") and principal.endswith(".amazonaws.com")
        return regional and Unknown(f"whether {name} calls as {principal.removeprefix('Service:')}")

    context: dict[str, Value] = {
        **dict.fromkeys((*_PRINCIPALS, "aws:username")),
        "aws:securetransport": ("true",),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (name,),
        "aws:sourcearn": source,
        "aws:sourceaccount": account,
    }
    return Caller(matches, Request(context, others=Unknown(f"the value that calls of {name} have for")))


STRANGERS = (*_callers(), service(None))
"""Callers that no policy names: anonymous, roles of other accounts, and services that act for other accounts."""
_INSIDER = Caller(lambda _: True, Request({}, others=_ANY))
"""A caller that a policy names."""
WITHOUT_TLS = tuple(
    replace(caller, request=replace(caller.request, context={**caller.request.context, "aws:securetransport": ("false",)}))
    for caller in (*STRANGERS, _INSIDER)
)
"""Every caller, over plain HTTP."""


def match_statement(statement: Statement, arns: tuple[str, ...], caller: Caller) -> Match:
    """Whether a statement of a resource's policy applies to a caller, regardless of the action."""
    parts = (caller.matches_principals(statement), statement.applies_to_own_resource(arns))
    if False in parts:
        return Match.of(False)
    conditions = match_conditions(statement.conditions, of_resource(caller.request, arns))
    return all_match((*map(Match.of, parts), *conditions.values()))


def of_resource(request: Request, arns: tuple[str, ...]) -> Request:
    """Return the request with the condition keys that describe the resource."""
    accounts = {account for arn in arns if (account := account_of(arn))}
    resource_account: Value = tuple(accounts) or Unknown("the account of the resource of a policy")
    return Request({**_ALWAYS, **request.context, "aws:resourceaccount": resource_account}, request.others)


def is_allowed(
    policy: Iterable[Statement], actions: Iterable[str], arns: tuple[str, ...], caller: Caller
) -> MaybeUnknown[bool]:
    """Whether a resource's policy allows a caller all of these actions."""
    matches = [(each, match_statement(each, arns, caller)) for each in policy]

    def allows(action: str) -> MaybeUnknown[bool]:
        relevant = [(each.allows, match) for each, match in matches if each.has_action(action)]
        is_denied = any_true(match.certain for is_allow, match in relevant if not is_allow)
        return all_true((any_true(match.possible for is_allow, match in relevant if is_allow), negation(is_denied)))

    return all_true(map(allows, actions))


def denies(policy: Iterable[Statement], actions: Iterable[str], arns: tuple[str, ...], caller: Caller) -> MaybeUnknown[bool]:
    """Whether a policy denies all of these actions for every choice of the caller."""
    denials = [(each, match_statement(each, arns, caller).certain) for each in policy if not each.allows]
    return all_true(any_true(certain for each, certain in denials if each.has_action(action)) for action in actions)


def grants(
    statement: Statement,
    policy: Iterable[Statement],
    arns: tuple[str, ...],
    caller: Caller,
    actions: Iterable[str] = QUEUE_ACTIONS,
) -> MaybeUnknown[bool]:
    """Whether an Allow of a resource's policy grants a caller one of these actions that no Deny of the policy denies."""
    possible = _is_possible(statement, arns, caller)
    if possible is False:
        return False
    granted = [action for action in actions if statement.has_action(action)]
    denials = [(each, _is_always_denied(statement, each, arns, caller)) for each in policy if not each.allows]
    return any_true(
        all_true((possible, negation(any_true(denied for each, denied in denials if each.has_action(action)))))
        for action in granted
    )


def is_public(
    statement: Statement, policy: Iterable[Statement], arns: tuple[str, ...], actions: Iterable[str]
) -> MaybeUnknown[bool]:
    """Whether an Allow of a resource's policy grants one of these actions to callers that the policy does not name."""
    return any_true(grants(statement, policy, arns, caller, actions) for caller in STRANGERS)


def _is_possible(statement: Statement, arns: tuple[str, ...], caller: Caller) -> MaybeUnknown[bool]:
    """Whether an Allow can apply to a caller. Unknown if two conditions on values that the caller chooses may contradict."""
    possible = match_statement(statement, arns, caller).possible
    chosen = _caller_keys(statement, caller)
    twice = next((key for key in chosen if key not in _TIMES and chosen.count(key) > 1), None)
    return Unknown(f"whether the conditions on {twice} can be met together") if possible is True and twice else possible


def _is_always_denied(statement: Statement, denial: Statement, arns: tuple[str, ...], caller: Caller) -> MaybeUnknown[bool]:
    """Whether every request that an Allow matches also matches a Deny. Unknown if both test a key that the caller chooses."""
    match = match_statement(denial, arns, caller)
    shared = set(_caller_keys(statement, caller)).intersection(_caller_keys(denial, caller))
    if match.depends_on_caller and shared:
        return Unknown(f"whether the Deny covers every {min(shared)} that the Allow accepts")
    return match.certain


def _caller_keys(statement: Statement, caller: Caller) -> list[str]:
    """Return the condition keys whose match depends on the caller, once for each such condition."""
    matches = match_conditions(statement.conditions, caller.request)
    return [key for (_, key), match in matches.items() if match.depends_on_caller]
