"""A healthy worker in the emulator, with all resources that the stack creates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.alarm_specs import AlarmMetric, AlarmSpec, alarm_specs
from queuesmith.settings.loading import load
from tests.e2e.commands.world import REGION, Deployed, World

TOPIC = f"arn:aws:sns:{REGION}:000000000000:on-call"


def add_supporting_resources(world: World, deployed: Deployed, worker: str = "orders", folder: Path | None = None) -> None:
    """Add what the stack creates and most commands' tests do not need: policies, alarms, an enabled event source mapping."""
    sqs = world.client("sqs")
    for url, arn in ((deployed.queue, deployed.queue_arn), (deployed.dead_letter_queue, deployed.dead_letter_arn)):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": permissions.document(permissions.tls_only(arn))})
    allow = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [deployed.queue_arn]})
    sqs.set_queue_attributes(QueueUrl=deployed.dead_letter_queue, Attributes={"RedriveAllowPolicy": allow})
    world.client("lambda").update_event_source_mapping(UUID=deployed.mapping, Enabled=True)
    settings = load((folder or world.project.folder) / "config", ["dev"]).environments["dev"].settings.workers[worker]
    variables = settings.variables({path: path for path in settings.resource_paths})  # their values are known only after apply
    functions = world.client("lambda")
    world.settle(deployed.function)
    functions.update_function_configuration(FunctionName=deployed.function, Environment={"Variables": variables})
    for spec in alarm_specs(settings):
        world.client("cloudwatch").put_metric_alarm(
            AlarmName=f"{deployed.function}-{spec.id}",
            EvaluationPeriods=spec.periods,
            Threshold=spec.threshold,
            ComparisonOperator=spec.comparison,
            TreatMissingData=spec.missing_data,
            AlarmActions=[TOPIC],
            **({"DatapointsToAlarm": spec.datapoints} if spec.datapoints else {}),
            **_metric_arguments(spec, deployed, settings),
        )
    world.settle(deployed.function)


def _metric_arguments(spec: AlarmSpec, deployed: Deployed, settings: WorkerSettings) -> dict[str, Any]:
    if spec.expression is None:
        (metric,) = spec.metrics
        statistic = "ExtendedStatistic" if metric.statistic.startswith("p") else "Statistic"
        return {**_metric(metric, deployed, settings), "Period": spec.period, statistic: metric.statistic}
    queries = [
        {
            "Id": each.id,
            "MetricStat": {"Metric": _metric(each, deployed, settings), "Period": spec.period, "Stat": each.statistic},
        }
        for each in spec.metrics
    ]
    return {"Metrics": [{"Id": "result", "Expression": spec.expression, "ReturnData": True}, *queries]}


def _metric(metric: AlarmMetric, deployed: Deployed, settings: WorkerSettings) -> dict[str, Any]:
    queue, dlq = (arn.rsplit(":", 1)[-1] for arn in (deployed.queue_arn, deployed.dead_letter_arn))
    dimensions = {
        "queue": {"Name": "QueueName", "Value": queue},
        "dead_letter_queue": {"Name": "QueueName", "Value": dlq},
        "function": {"Name": "FunctionName", "Value": deployed.function},
        "handler": {"Name": "service", "Value": deployed.function},
        "mapping": {"Name": "EventSourceMappingUUID", "Value": deployed.mapping},
    }
    return {"Namespace": metric.namespace(settings), "MetricName": metric.name, "Dimensions": [dimensions[metric.resource]]}


def delete_supporting_resources(world: World, deployed: Deployed) -> None:
    """Delete what was added and restore what faults have deleted, so that the worker can be removed."""
    cloudwatch, functions, logs, iam = (world.client(name) for name in ("cloudwatch", "lambda", "logs", "iam"))
    group, role = f"/aws/lambda/{deployed.function}", f"{deployed.function}-function"
    alarms = cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    for kind in ("CompositeAlarms", "MetricAlarms"):
        cloudwatch.delete_alarms(AlarmNames=[each["AlarmName"] for each in alarms[kind]])
    for mapping in functions.list_event_source_mappings(EventSourceArn=deployed.queue_arn)["EventSourceMappings"]:
        if mapping["UUID"] != deployed.mapping:
            functions.delete_event_source_mapping(UUID=mapping["UUID"])
            if not mapping["FunctionArn"].endswith(f":{deployed.function}"):
                functions.delete_function(FunctionName=mapping["FunctionArn"])
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        logs.create_log_group(logGroupName=group)
    dlq = deployed.dead_letter_arn.rsplit(":", 1)[-1]
    if not world.client("sqs").list_queues(QueueNamePrefix=dlq).get("QueueUrls"):
        world.client("sqs").create_queue(QueueName=dlq)
