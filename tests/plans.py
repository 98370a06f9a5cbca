"""Handwritten plans in the format of `terraform show -json`: small ones to read, and large ones to measure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
NOISE = 6
"""The number of resources outside any pipeline, for each pipeline."""


def references(*names: str) -> Json:
    """An expression of the configuration. Like Terraform, it also lists the resource of each reference."""
    every: list[str] = []
    for name in names:
        every += [name, name.rpartition(".")[0]] if name.count(".") > 1 or name.startswith("each.value.") else [name]
    return {"references": every}


def configured(address: str, expressions: Json, **more: Any) -> Json:
    """A resource in the configuration. Values that are not expressions become constant ones."""
    mode = "data" if address.startswith("data.") else "managed"
    kind, name = address.removeprefix("data.").split(".")
    written = {
        key: value if isinstance(value, dict | list) else {"constant_value": value} for key, value in expressions.items()
    }
    return {"address": address, "mode": mode, "type": kind, "name": name, "expressions": written, **more}


def planned(address: str, values: Json, unknown: Iterable[str] = (), *, module: str = "", key: Any = None) -> Json:
    """A resource in the planned values, with its unknown attributes."""
    mode = "data" if address.startswith("data.") else "managed"
    kind, name = address.removeprefix("data.").split(".")
    index = {} if key is None else {"index": key}
    suffix = "" if key is None else f"[{json.dumps(key)}]"
    whole = f"{module}.{address}{suffix}" if module else f"{address}{suffix}"
    entry = {"address": whole, "mode": mode, "type": kind, "name": name, "values": values, **index}
    return {**entry, "unknown": dict.fromkeys(unknown, True)}


def plan(resources: Iterable[Json], root: Json, modules: dict[str, list[Json]] | None = None) -> Json:
    """A plan of planned resources, in modules by address, and of a configuration."""
    here, there = list(resources), modules or {}
    every = [*here, *(entry for entries in there.values() for entry in entries)]
    children = [{"address": address, "resources": _values(entries)} for address, entries in there.items()]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": _values(here), "child_modules": children}},
        "resource_changes": [
            {"address": each["address"], "change": {"after": each["values"], "after_unknown": each["unknown"]}}
            for each in every
        ],
        "configuration": {"root_module": root},
    }


def _values(entries: Iterable[Json]) -> list[Json]:
    return [{key: value for key, value in entry.items() if key != "unknown"} for entry in entries]


MODULE: Json = {
    "resources": [
        configured(
            "aws_sqs_queue.queue", {"name": references("var.name"), "redrive_policy": references("aws_sqs_queue.dlq.arn")}
        ),
        configured("aws_sqs_queue.dlq", {"name": references("var.name")}),
        configured(
            "aws_sqs_queue_policy.queue",
            {"queue_url": references("aws_sqs_queue.queue.id"), "policy": references("data.aws_iam_policy_document.tls.json")},
        ),
        configured(
            "data.aws_iam_policy_document.tls",
            {"statement": [{"actions": {"constant_value": ["sqs:*"]}, "resources": references("aws_sqs_queue.queue.arn")}]},
        ),
        configured(
            "data.aws_iam_policy_document.consume",
            {"statement": [{"actions": {"constant_value": ["sqs:*"]}, "resources": references("aws_sqs_queue.queue.arn")}]},
        ),
        configured("aws_iam_policy.consume", {"policy": references("data.aws_iam_policy_document.consume.json")}),
        configured("aws_iam_role.role", {"name": references("var.name")}),
        configured(
            "aws_iam_role_policy_attachment.consume",
            {"role": references("aws_iam_role.role.name"), "policy_arn": references("aws_iam_policy.consume.arn")},
        ),
        configured(
            "aws_iam_role_policy.inline", {"role": references("aws_iam_role.role.id"), "policy": references("var.tags")}
        ),
        configured("aws_cloudwatch_log_group.logs", {"name": references("var.name")}),
        configured(
            "aws_lambda_function.function",
            {
                "function_name": references("var.name"),
                "role": references("aws_iam_role.role.arn"),
                "environment": [{"variables": references("aws_sqs_queue.dlq.url")}],
            },
            depends_on=["aws_cloudwatch_log_group.logs"],
        ),
        configured("aws_lambda_alias.live", {"function_name": references("aws_lambda_function.function.arn")}),
        configured(
            "aws_lambda_event_source_mapping.mapping",
            {
                "event_source_arn": references("aws_sqs_queue.queue.arn"),
                "function_name": references("aws_lambda_alias.live.arn"),
            },
        ),
        configured(
            "aws_cloudwatch_metric_alarm.age",
            {"dimensions": references("aws_sqs_queue.queue.name"), "namespace": "AWS/SQS"},
        ),
    ],
    "outputs": {"arn": {"expression": references("aws_sqs_queue.queue.arn")}},
}
"""A worker of fourteen resources."""


def _worker(number: int) -> list[Json]:
    """The worker's resources. Every second one exists, so its ARNs are known."""
    name, module, there = f"worker-{number}", f'module.worker["{number}"]', number % 2 == 0
    arn = f"arn:aws:sqs:eu-central-1:111111111111:{name}"
    consume = {
        "actions": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        "resources": [arn if there else None],
    }
    statement = {"Effect": "Allow", "Action": consume["actions"], "Resource": arn}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    redrive = json.dumps({"deadLetterTargetArn": f"{arn}-dlq", "maxReceiveCount": 5})
    known: Json = {"arn": arn, "id": f"https://sqs/1/{name}", "redrive_policy": redrive}
    values: dict[str, tuple[Json, Json]] = {
        "aws_sqs_queue.queue": ({"name": name, "visibility_timeout_seconds": 30}, known),
        "aws_sqs_queue.dlq": ({"name": f"{name}-dlq"}, {"arn": f"{arn}-dlq"}),
        "aws_sqs_queue_policy.queue": ({}, {"policy": text, "queue_url": f"https://sqs/1/{name}"}),
        "data.aws_iam_policy_document.tls": ({"statement": [{"actions": ["sqs:*"], "resources": [arn]}]}, {"json": text}),
        "data.aws_iam_policy_document.consume": ({"statement": [consume]}, {"json": text}),
        "aws_iam_policy.consume": ({"name": name}, {"policy": text, "arn": f"arn:aws:iam::111111111111:policy/{name}"}),
        "aws_iam_role.role": ({"name": name}, {"arn": f"arn:aws:iam::111111111111:role/{name}", "id": name}),
        "aws_iam_role_policy_attachment.consume": ({"role": name}, {"policy_arn": f"arn:aws:iam::111111111111:policy/{name}"}),
        "aws_iam_role_policy.inline": ({"role": name, "policy": text}, {}),
        "aws_cloudwatch_log_group.logs": ({"name": f"/aws/lambda/{name}", "retention_in_days": 30}, {}),
        "aws_lambda_function.function": (
            {"function_name": name, "timeout": 60, "runtime": "python3.13", "handler": "main.handler", "filename": "a.zip"},
            {
                "role": f"arn:aws:iam::111111111111:role/{name}",
                "environment": [{"variables": {"QUEUE": f"https://sqs/1/{name}"}}],
            },
        ),
        "aws_lambda_alias.live": (
            {"name": "live"},
            {"function_name": f"arn:aws:lambda:eu-central-1:111111111111:function:{name}"},
        ),
        "aws_lambda_event_source_mapping.mapping": (
            {"batch_size": 100, "enabled": True},
            {"event_source_arn": arn, "function_name": f"arn:aws:lambda:eu-central-1:111111111111:function:{name}:live"},
        ),
        "aws_cloudwatch_metric_alarm.age": (
            {"namespace": "AWS/SQS", "metric_name": "ApproximateAgeOfOldestMessage", "period": 60, "evaluation_periods": 1},
            {"dimensions": {"QueueName": name}},
        ),
    }
    return [
        planned(address, {**always, **(later if there else {})}, () if there else later, module=module)
        for address, (always, later) in values.items()
    ]


def generated_plan(pipelines: int) -> Json:
    """A plan of this many workers in modules, with 20 resources for each: fourteen of the worker, and six unrelated ones."""
    noise = [
        planned("aws_ssm_parameter.noise", {"name": f"/noise/{number}", "value": "x" * 40}, ("arn",), key=number)
        for number in range(pipelines * NOISE)
    ]
    call = {
        "source": "./worker",
        "for_each_expression": references("var.workers"),
        "expressions": {"name": references("each.key"), "tags": references("each.value.tags")},
        "module": MODULE,
    }
    noisy = configured("aws_ssm_parameter.noise", {"name": references("count.index")}, count_expression=references("var.n"))
    root = {"resources": [noisy], "module_calls": {"worker": call}}
    return plan(noise, root, {f'module.worker["{number}"]': _worker(number) for number in range(pipelines)})
