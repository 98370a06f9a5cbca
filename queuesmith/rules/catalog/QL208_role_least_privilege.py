import re
from collections.abc import Iterator

from queuesmith.rules.authoring import (
    BOTH,
    MaybeUnknown,
    Pipeline,
    Problem,
    Problems,
    Role,
    Rule,
    Unknown,
    error,
    known,
    limits,
    warning,
)
from queuesmith.rules.iam.actions import CONSUMER_ACTIONS, admits_no_resource
from queuesmith.rules.iam.policy import REFERENCE, Statement, covers

_EVERYTHING = frozenset({"*", "*:*"})

RULE = Rule(
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
    remedy=(
        "Name the actions and the one ARN. X-Ray and network-interface actions are left alone, and AWS-managed policies apart "
        "from AdministratorAccess (an error)."
    ),
    source=limits.LEAST_PRIVILEGE,
    severities=BOTH,
)


def check(pipeline: Pipeline) -> Problems:
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
    if not _EVERYTHING.isdisjoint(statement.actions):
        text = f"{_at(statement, role)} lets {role.address} do everything"
        yield error(role, "", text, "Name the actions and the ARNs that the function needs")


def _wildcards(role: Role, statement: Statement) -> Problems:
    where = _at(statement, role)
    resources = statement.resources
    everywhere = not isinstance(resources, Unknown) and "*" in resources
    if statement.not_actions:
        text = f"{where} allows everything but {', '.join(statement.not_actions)}"
        yield (error if everywhere else warning)(role, "", text, "Name the actions that the function needs")
    for action in statement.actions:
        if action in _EVERYTHING or (action.endswith(":*") and everywhere):
            text = f"{where} allows {action}" + (" on every resource" if everywhere else "")
            yield error(role, "", text, "Name the actions and the ARNs that the function needs")
        elif "*" in action or "?" in action:
            yield warning(role, "", f"{where} allows {action}", "Name the actions that the function needs")
        elif everywhere and not admits_no_resource(action):
            yield warning(role, "", f"{where} allows {action} on every resource", "Name the ARN that the function needs it on")


def _queues(pipeline: Pipeline, role: Role, statement: Statement) -> Problems:
    """What is said of queues by name. What reaches all of them is said as a wildcard."""
    takes = [action for action in CONSUMER_ACTIONS[:2] if action.lower() in {each.lower() for each in statement.actions}]
    sends = statement.has_action("sqs:SendMessage") and not statement.not_actions and _EVERYTHING.isdisjoint(statement.actions)
    if not takes and not sends:
        return
    own = pipeline.function.source_arns
    if statement.not_resources:
        yield Unknown(f"NotResource in {_at(statement, role)}")
    for resource in known(statement.resources):
        if resource == "*" or _is_no_queue(resource):
            continue
        if isinstance(resource, Unknown):
            yield resource
        elif own is None:
            yield Unknown(f"all the queues that {pipeline.function.address} reads")
        else:
            yield from _queue(role, statement, resource, own, takes=takes, sends=sends)


def _is_no_queue(resource: MaybeUnknown[str]) -> bool:
    """Whether a resource is of another service: an ARN that says so, or a reference to something else."""
    if isinstance(resource, Unknown):
        return False
    if resource.startswith(REFERENCE):
        kind = re.search(r"(?:^|[{.])(aws_\w+)\.", resource)
        return kind is not None and kind[1] != "aws_sqs_queue"
    fields = resource.split(":")
    return len(fields) > 2 and fields[0] == "arn" and not covers(fields[2], "sqs")


def _queue(role: Role, statement: Statement, resource: str, own: tuple[str, ...], *, takes: list[str], sends: bool) -> Problems:
    where = _at(statement, role)
    shown = resource.removeprefix(REFERENCE).removesuffix("}") if resource.startswith(REFERENCE) else resource
    is_own = known(Statement(resources=(resource,)).reaches(own))
    if takes and (not is_own or "*" in resource or "?" in resource):
        text = f"{where} allows {' and '.join(takes)} on {shown}, which is not just the queue that the function polls"
        yield warning(role, "", text, "Name the ARN of the function's own queue alone")
    if sends and is_own:
        text = f"{where} allows sqs:SendMessage on {shown}, the function's own source: messages can go round for ever"
        yield warning(role, "", text, "Take it out, or send to another queue")
