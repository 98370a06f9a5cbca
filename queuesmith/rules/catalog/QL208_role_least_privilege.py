import re

from queuesmith.rules.authoring import (
    MaybeUnknown,
    Pipeline,
    Problems,
    Role,
    Rule,
    Unknown,
    error,
    join_words,
    known,
    limits,
    warning,
)
from queuesmith.rules.iam.actions import CONSUMER_ACTIONS, USUAL_WILDCARDS, admits_no_resource
from queuesmith.rules.iam.policy import REFERENCE, Statement, covers
from queuesmith.rules.role_access import statement_name

_EVERYTHING = frozenset({"*", "*:*"})

RULE = Rule(
    "QL208",
    "the function's role must have only the permissions that it needs",
    limit=(
        "no action * on any resource, and no SERVICE:* or NotAction on resource * (error); no other wildcard in an action, no "
        "other NotAction, no other action on resource *, no sqs:ReceiveMessage or sqs:DeleteMessage on other queues, and no "
        "sqs:SendMessage on its own queue (warning). Resource * is accepted for actions that accept no other resource, and for "
        "those that AWS's managed policies for Lambda grant on it: writing logs, X-Ray and network interfaces. Of AWS-managed "
        "policies, only those that allow all or nearly all actions are reported, such as AdministratorAccess (error)"
    ),
    reason=(
        "An attacker who controls the function has its permissions. A function that receives from another worker's queue takes "
        "its messages. A function that sends to its own queue can create an endless loop."
    ),
    remedy="Allow only the necessary actions and ARNs.",
    documentation=limits.LEAST_PRIVILEGE,
    severity="error or warning",
)


def check(pipeline: Pipeline) -> Problems:
    role = known(pipeline.role)
    yield from role.unreadable_policies
    for statement in role.statements:
        if not statement.allows:
            continue
        if statement.managed_by_aws:
            yield from _administrator(role, statement)
            continue
        yield from _wildcards(role, statement)
        yield from _queues(pipeline, role, statement)


def _administrator(role: Role, statement: Statement) -> Problems:
    """Check a policy of AWS's own."""
    everything = not _EVERYTHING.isdisjoint(statement.actions)
    if (everything or statement.not_actions) and statement.resources == ("*",):
        what = "every action" if everything else f"every action except {', '.join(statement.not_actions)}"
        text = f"{statement_name(statement, role)} allows {role.label} {what} on every resource"
        yield error(role, "", text, "Allow only the actions and the ARNs that the function needs")


def _wildcards(role: Role, statement: Statement) -> Problems:
    """Check for wildcards. Each statement has at most one finding of a kind."""
    where = statement_name(statement, role)
    resources = statement.resources
    everywhere = not isinstance(resources, Unknown) and "*" in resources
    on_all = " on every resource" if everywhere else ""
    if statement.not_actions:
        text = f"{where} allows every action except {', '.join(statement.not_actions)}"
        yield (error if everywhere else warning)(role, "", text, "Allow only the actions that the function needs")
    actions = [action for action in statement.actions if action.lower() not in USUAL_WILDCARDS]
    whole = [action for action in actions if action in _EVERYTHING or (action.endswith(":*") and everywhere)]
    partly = [action for action in actions if action not in whole and ("*" in action or "?" in action)]
    others = [action for action in statement.actions if action not in (*whole, *partly) and not admits_no_resource(action)]
    if whole:
        text = f"{where} allows {join_words(whole)}{on_all}"
        yield error(role, "", text, "Allow only the actions and the ARNs that the function needs")
    if partly:
        yield warning(role, "", f"{where} allows {join_words(partly)}", "Allow only the actions that the function needs")
    if others and everywhere:
        text = f"{where} allows {join_words(others)}{on_all}"
        yield warning(role, "", text, "Allow only the ARNs that the function needs")


def _queues(pipeline: Pipeline, role: Role, statement: Statement) -> Problems:
    """Check permissions on named queues. `_wildcards` reports those on all queues."""
    receives = [action for action in CONSUMER_ACTIONS[:2] if action.lower() in {each.lower() for each in statement.actions}]
    sends = statement.has_action("sqs:SendMessage") and not statement.not_actions and _EVERYTHING.isdisjoint(statement.actions)
    if not receives and not sends:
        return
    own = pipeline.function.source_arns
    if statement.not_resources:
        yield Unknown(f"NotResource in {statement_name(statement, role)}")
    for resource in known(statement.resources):
        if resource == "*" or _is_no_queue(resource):
            continue
        if isinstance(resource, Unknown):
            yield resource
        elif own is None:
            yield Unknown(f"all the queues that {pipeline.function.label} polls")
        else:
            yield from _queue(role, statement, resource, own, receives=receives, sends=sends)


def _is_no_queue(resource: MaybeUnknown[str]) -> bool:
    """Whether a resource belongs to another service, according to its ARN or to the type in the reference."""
    if isinstance(resource, Unknown):
        return False
    if resource.startswith(REFERENCE):
        kind = re.search(r"(?:^|[{.])(aws_\w+)\.", resource)
        return kind is not None and kind[1] != "aws_sqs_queue"
    fields = resource.split(":")
    return len(fields) > 2 and fields[0] == "arn" and not covers(fields[2], "sqs")


def _queue(
    role: Role, statement: Statement, resource: str, own: tuple[str, ...], *, receives: list[str], sends: bool
) -> Problems:
    where = statement_name(statement, role)
    shown = resource.removeprefix(REFERENCE).removesuffix("}") if resource.startswith(REFERENCE) else resource
    is_own = known(Statement(resources=(resource,)).reaches(own))
    if receives and (not is_own or "*" in resource or "?" in resource):
        extent = "matches more than" if is_own else "is not"
        text = f"{where} allows {' and '.join(receives)} on {shown}, which {extent} the queue that the function polls"
        yield warning(role, "", text, "Allow only the ARN of the queue that the function polls")
    if sends and is_own:
        text = f"{where} allows sqs:SendMessage on {shown}, which the function polls: messages can loop forever"
        yield warning(role, "", text, "Remove the permission, or send to another queue")
