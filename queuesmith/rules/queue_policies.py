"""What queue policies allow, and to which callers. Used by the rules about access to a queue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from queuesmith.rules.iam.policy import ANY_PRINCIPAL, Statement
from queuesmith.rules.queue import Queue
from queuesmith.rules.unknown import MaybeUnknown, Unknown

ACCOUNT = re.compile(r"(?<=:)\d{12}(?=:|$)")
"""The account of a principal or an ARN."""
_SENDING = re.compile(r"(?:arn:[^:]*:|\$\{(?:module\..*\.)?aws_)(?P<service>sns|s3|events|cloudwatch_event)[:_]")
"""Sources for which an AWS service sends: `arn:aws:sns:…`, `${aws_sns_topic.shop.arn}`."""
_SERVICES = {"sns": "sns", "s3": "s3", "events": "events", "cloudwatch_event": "events"}
SERVICE = "Service:"
"""The prefix of principals that are AWS services."""
_NEVER_SENDS = frozenset({"Service:sqs.amazonaws.com", "Service:lambda.amazonaws.com"})
"""Services that policies name, although they never send as one: SQS moves messages itself, Lambda uses the function's role."""


def allow_statements(queue: Queue) -> Iterator[tuple[Statement | Unknown, tuple[Statement, ...]]]:
    """Yield every Allow of a queue's policies with the policy that contains it. Unknown for a policy that is unknown."""
    for policy in queue.policies():
        if isinstance(policy, Unknown):
            yield policy, ()
        else:
            yield from ((statement, policy) for statement in policy if statement.allows)


def actions_of(statement: Statement) -> str:
    """Return the actions of a statement as messages list them."""
    return ", ".join(statement.actions) or f"every action except {', '.join(statement.not_actions)}"


@dataclass(frozen=True)
class Sender:
    """A service or another account that sends to a queue."""

    principal: str
    """The principal, in the form that statements use."""
    source: str | None = None
    """For a service: the ARN of the resource on whose behalf it sends."""

    @property
    def name(self) -> str:
        """Return the principal without its kind."""
        return self.principal.split(":", 1)[1]


def senders_to(queue: Queue) -> Iterator[MaybeUnknown[Sender]]:
    """Yield the services and other accounts that send to a queue. Unknown if a policy or statement is unknown."""
    yield from (Sender(f"{SERVICE}{each.service}") for each in queue.senders)
    for statement, _ in allow_statements(queue):
        if isinstance(statement, Unknown):
            yield statement
        elif statement.has_action("sqs:SendMessage") and statement.applies_to_own_resource(queue.arns) is not False:
            yield from _senders_named_in(statement, queue)


def _senders_named_in(statement: Statement, queue: Queue) -> Iterator[MaybeUnknown[Sender]]:
    principals = statement.principals
    sources = _sources(statement)
    for principal in (principals,) if isinstance(principals, Unknown) else principals:
        if isinstance(principal, Unknown):
            yield principal
        elif principal in _NEVER_SENDS:
            continue
        elif principal.startswith(SERVICE):
            yield from (Sender(principal, source) for source in sources or (None,))
        elif principal in ANY_PRINCIPAL:
            services = {source: match["service"] for source in sources if (match := _SENDING.match(source))}
            yield from (Sender(f"{SERVICE}{_SERVICES[name]}.amazonaws.com", source) for source, name in services.items())
        elif _is_elsewhere(principal, queue):
            yield Sender(principal)


def _sources(statement: Statement) -> list[str]:
    """Return the ARNs of the resources on whose behalf a statement allows services to send."""
    values = [value for operator, key, value in statement.conditions if key == "aws:sourcearn" and "not" not in operator]
    return sorted(value for value in values if isinstance(value, str))


def _is_elsewhere(principal: str, queue: Queue) -> bool:
    """Whether a principal is known to be in a different account from the queue's."""
    own = {account for arn in queue.arns for account in ACCOUNT.findall(arn)}
    others = ACCOUNT.findall(principal)
    return principal.startswith("AWS:") and bool(own) and bool(others) and not own.intersection(others)
