"""Rules about what the function's role may do: enough, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from queuesmith.rules import limits
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.pipeline import Pipeline, Role
from queuesmith.rules.policy import REFERENCE, Statement, covers
from queuesmith.rules.queue_access_rules import AWS_MANAGED_KEY
from queuesmith.rules.queue_rules import BOTH
from queuesmith.rules.rule import Problem, Said, error, rule, warning

CONSUMER_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What Lambda needs of the queue, in the function's name."""
EVERYTHING = frozenset({"*", "*:*"})
_TAKES_NO_RESOURCE = (
    "xray:",
    "ec2:createnetworkinterface",
    "ec2:deletenetworkinterface",
    "ec2:describe",
    "ec2:assignprivateipaddresses",
    "ec2:unassignprivateipaddresses",
    "ec2:getsecuritygroupsforvpc",
    "cloudwatch:putmetricdata",
    "sqs:listqueues",
    "sts:getcalleridentity",
)
"""Beginnings of actions that IAM takes on resource * only, or that Lambda's own policies grant so."""


def _granted(statements: Iterator[Statement], action: str, arns: tuple[str, ...]) -> Known[bool]:
    """Whether some statement allows an action on one of these ARNs; unknown where it may be that one does."""
    unknown: Unknown | None = None
    for statement in statements:
        if not (statement.allows and statement.has_action(action)):
            continue
        reached = statement.reaches(arns)
        if reached is True:
            return True
        if isinstance(reached, Unknown):
            unknown = reached
    return unknown or False


def _may(role: Role, action: str, arns: tuple[str, ...]) -> bool:
    """Whether the role may do it. Raises NotKnownError where a policy that might say so cannot be read."""
    if any(_refuses(statement, action, arns) for statement in role.statements):
        return False
    granted = known(_granted(iter(role.statements), action, arns))
    if not granted and role.unread:
        known(role.unread[0])
    return granted


def _refuses(statement: Statement, action: str, arns: tuple[str, ...]) -> bool:
    refuses = not statement.allows and not statement.conditions and statement.has_action(action)
    return refuses and statement.reaches(arns) is True


@rule(
    "QL207",
    "the function's role may read the queue",
    limit="sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes on this queue",
    reason=(
        "Lambda polls with the function's role. It refuses the mapping without them, or stops polling when they are taken away."
    ),
    remedy="Allow the three actions on the queue's ARN.",
    source=limits.CONFIGURE_SQS_SOURCE,
)
def role_can_consume(pipeline: Pipeline) -> Said:
    """QL207."""
    role, queue = known(pipeline.role), pipeline.queue
    if not queue.arns:
        yield Unknown(f"the ARN of {queue.address}")
        return
    missing = [action for action in CONSUMER_ACTIONS if not _may(role, action, queue.arns)]
    if missing:
        text = f"{role.address} lacks {', '.join(missing)} on {queue.address}: Lambda cannot poll it"
        yield error(role, "", text, f"Allow {', '.join(missing)} on the ARN of {queue.address}")


@rule(
    "QL208",
    "the function's role may do no more than it needs",
    limit=(
        "action * or a service's :* on resource * (error); other wildcards, receiving or deleting on other queues, sending to "
        "its own source (warning)"
    ),
    reason=(
        "What a worker may do, whoever breaks it may do. Receiving from another worker's queue takes its messages; sending to "
        "its own source can go round for ever."
    ),
    remedy="Name the actions and the one ARN. X-Ray, network-interface and AWS-managed policies are left alone.",
    source=limits.LEAST_PRIVILEGE,
    severities=BOTH,
)
def role_is_limited(pipeline: Pipeline) -> Said:
    """QL208."""
    role = known(pipeline.role)
    yield from role.unread
    for statement in role.statements:
        if not statement.allows:
            continue
        if statement.managed_by_aws:
            yield from _administrator(role, statement)
            continue
        yield from _wildcards(role, statement)
        yield from _queues(pipeline, role, statement)


def _at(statement: Statement, role: Role) -> str:
    return statement.where or role.address


def _administrator(role: Role, statement: Statement) -> Iterator[Problem]:
    if not EVERYTHING.isdisjoint(statement.actions):
        text = f"{_at(statement, role)} lets {role.address} do everything"
        yield error(role, "", text, "Name the actions and the ARNs that the function needs")


def _wildcards(role: Role, statement: Statement) -> Said:
    where = _at(statement, role)
    resources = statement.resources
    everywhere = not isinstance(resources, Unknown) and "*" in resources
    if statement.not_actions:
        text = f"{where} allows everything but {', '.join(statement.not_actions)}"
        yield (error if everywhere else warning)(role, "", text, "Name the actions that the function needs")
    for action in statement.actions:
        if action in EVERYTHING or (action.endswith(":*") and everywhere):
            text = f"{where} allows {action}" + (" on every resource" if everywhere else "")
            yield error(role, "", text, "Name the actions and the ARNs that the function needs")
        elif "*" in action or "?" in action:
            yield warning(role, "", f"{where} allows {action}", "Name the actions that the function needs")
        elif everywhere and not action.lower().startswith(_TAKES_NO_RESOURCE):
            yield warning(role, "", f"{where} allows {action} on every resource", "Name the ARN that the function needs it on")


def _queues(pipeline: Pipeline, role: Role, statement: Statement) -> Said:
    """What is said of queues by name. What reaches all of them is said as a wildcard."""
    takes = [action for action in CONSUMER_ACTIONS[:2] if action.lower() in {each.lower() for each in statement.actions}]
    sends = statement.has_action("sqs:SendMessage") and not statement.not_actions and EVERYTHING.isdisjoint(statement.actions)
    if not takes and not sends:
        return
    own = pipeline.function.source_arns
    for resource in known(statement.resources):
        if resource == "*" or _is_no_queue(resource):
            continue
        if isinstance(resource, Unknown):
            yield resource
        elif own is None:
            yield Unknown(f"all the queues that {pipeline.function.address} reads")
        else:
            yield from _queue(role, statement, resource, own, takes=takes, sends=sends)


def _is_no_queue(resource: Known[str]) -> bool:
    """Whether a resource is of another service: an ARN that says so, or a reference to something else."""
    if isinstance(resource, Unknown):
        return False
    if resource.startswith(REFERENCE):
        kind = re.search(r"(?:^|[{.])(aws_\w+)\.", resource)
        return kind is not None and kind[1] != "aws_sqs_queue"
    fields = resource.split(":")
    return len(fields) > 2 and fields[0] == "arn" and not covers(fields[2], "sqs")


def _queue(role: Role, statement: Statement, resource: str, own: tuple[str, ...], *, takes: list[str], sends: bool) -> Said:
    where = _at(statement, role)
    shown = resource.removeprefix(REFERENCE).removesuffix("}") if resource.startswith(REFERENCE) else resource
    is_own = known(Statement(resources=(resource,)).reaches(own))
    if takes and (not is_own or "*" in resource or "?" in resource):
        text = f"{where} allows {' and '.join(takes)} on {shown}, which is not just the queue that the function works off"
        yield warning(role, "", text, "Name the ARN of the function's own queue alone")
    if sends and is_own:
        text = f"{where} allows sqs:SendMessage on {shown}, the function's own source: messages can go round for ever"
        yield warning(role, "", text, "Take it out, or send to another queue")


@rule(
    "QL209",
    "the function's role can use the queue's key",
    limit="kms:Decrypt on a customer managed key: missing is an error where the key is in the file, else a warning",
    reason="Without it Lambda gets nothing from the queue, and says nothing: messages wait until their retention ends.",
    remedy="Allow kms:Decrypt on the key's ARN.",
    source=limits.SQS_KEY_MANAGEMENT,
    severities=BOTH,
)
def key_can_be_used(pipeline: Pipeline) -> Said:
    """QL209."""
    kms_key = known(pipeline.queue.kms_key)
    if kms_key is None or kms_key.endswith(AWS_MANAGED_KEY):
        return
    key, role = known(pipeline.key), known(pipeline.role)
    if key is None:
        return
    if not key.arns:
        yield Unknown(f"the ARN of {key.address}")
        return
    if _may(role, "kms:Decrypt", key.arns):
        return
    text = (
        f"{role.address} lacks kms:Decrypt on {key.address}, which encrypts {pipeline.queue.address}: Lambda gets no messages"
    )
    remedy = f"Allow kms:Decrypt on the ARN of {key.address}"
    if not key.in_file:
        yield warning(role, "", f"{text}, unless the key's policy allows it", remedy)
    elif not _policy_names(key.policy, role):
        yield error(role, "", text, remedy)


def _policy_names(policy: Known[tuple[Statement, ...]], role: Role) -> bool:
    """Whether the key's own policy lets this role decrypt. Raises NotKnownError where it may be that it does."""
    unknown: Unknown | None = None
    for statement in known(policy):
        if not statement.allows or not statement.has_action("kms:Decrypt"):
            continue
        principals = statement.principals
        for principal in (principals,) if isinstance(principals, Unknown) else principals:
            if isinstance(principal, Unknown):
                unknown = principal
            elif _is_role(principal, role):
                return True
    if unknown is not None:
        known(unknown)
    return False


def _is_role(principal: str, role: Role) -> bool:
    if principal in ("*", "AWS:*", f"AWS:{REFERENCE}{role.address}.arn}}"):
        return True
    return isinstance(role.name, str) and ":role/" in principal and principal.rsplit("/", 1)[-1] == role.name
