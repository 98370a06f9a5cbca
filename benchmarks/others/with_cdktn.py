"""The sample's stack in cdktn, with its AWS bindings by service.

    python with_cdktn.py STACK OUTPUT

STACK is this project's `cdk.tf.json`, so that the resources and their arguments are the same. References stay strings here.
Reading attributes therefore takes no time here, although it is a fifth of this project's calls.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from cdktn import App, LocalBackend, TerraformOutput, TerraformStack
from cdktn_aws import cloudwatch, cloudwatch_logs, dynamodb, iam, kms, lambda_, sns, sqs
from cdktn_aws.provider import AwsProvider

CLASSES: dict[str, Any] = {
    "aws_cloudwatch_composite_alarm": cloudwatch.AwsCompositeAlarm,
    "aws_cloudwatch_dashboard": cloudwatch.AwsDashboard,
    "aws_cloudwatch_log_group": cloudwatch_logs.AwsGroup,
    "aws_cloudwatch_metric_alarm": cloudwatch.AwsMetricAlarm,
    "aws_dynamodb_table": dynamodb.AwsTable,
    "aws_iam_role": iam.AwsRole,
    "aws_iam_role_policy": iam.AwsRolePolicy,
    "aws_kms_alias": kms.AwsAlias,
    "aws_kms_key": kms.AwsKey,
    "aws_kms_key_policy": kms.AwsKeyPolicy,
    "aws_lambda_event_source_mapping": lambda_.AwsEventSourceMapping,
    "aws_lambda_function": lambda_.AwsFunction,
    "aws_sns_topic": sns.AwsTopic,
    "aws_sns_topic_policy": sns.AwsTopicPolicy,
    "aws_sqs_queue": sqs.AwsQueue,
    "aws_sqs_queue_policy": sqs.AwsQueuePolicy,
    "aws_sqs_queue_redrive_allow_policy": sqs.AwsQueueRedriveAllowPolicy,
}

OMITTED = {"depends_on", "//"}
"""Names of other resources, and cdktf's notes."""


def main(source: str, output: str) -> None:
    """Create every resource and output of the stack."""
    with open(source) as file:
        content = json.load(file)
    app = App(outdir=output)
    stack = TerraformStack(app, "dev")
    LocalBackend(stack, path="dev.tfstate")
    AwsProvider(stack, "aws", region="eu-central-1")
    for kind, resources in content["resource"].items():
        for name, arguments in resources.items():
            CLASSES[kind](stack, name, **{key: _argument(key, value) for key, value in arguments.items() if key not in OMITTED})
    for name, arguments in content["output"].items():
        TerraformOutput(stack, name, value=arguments["value"])
    app.synth()


def _argument(key: str, value: Any) -> Any:
    """A nested block must be a struct. A top-level block can be a dictionary."""
    if key != "metric_query":
        return value
    alarm = cloudwatch.AwsMetricAlarm
    queries = [{**query, "metric": alarm.MetricProperty(**query["metric"])} if "metric" in query else query for query in value]
    return [alarm.MetricQueryProperty(**query) for query in queries]


if __name__ == "__main__":
    main(*sys.argv[1:])
