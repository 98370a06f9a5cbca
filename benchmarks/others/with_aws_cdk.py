"""The sample's stack with AWS CDK's constructs: the same table, queues, function, mapping, alarms and dashboard.

python with_aws_cdk.py PACKAGE OUTPUT
"""

from __future__ import annotations

import sys

from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

MINUTE = Duration.minutes(1)


class OrdersStack(Stack):  # type: ignore[misc] # the types are in the environment that it runs in
    """One worker with the resources around it."""

    def __init__(self, scope: Construct, id: str, package: str) -> None:
        super().__init__(scope, id)
        table = dynamodb.Table(
            self,
            "orders",
            table_name="dev-orders",
            partition_key=dynamodb.Attribute(name="order_id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True),
        )
        key = kms.Key(self, "key", alias="alias/dev-alarms", enable_key_rotation=True)
        topic = sns.Topic(self, "alarms", topic_name="dev-alarms", master_key=key, enforce_ssl=True)
        dead = sqs.Queue(
            self,
            "dlq",
            queue_name="dev-orders-dlq",
            retention_period=Duration.days(14),
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
        )
        queue = sqs.Queue(
            self,
            "queue",
            queue_name="dev-orders",
            visibility_timeout=Duration.seconds(18),
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=5),
        )
        log_group = logs.LogGroup(
            self, "log-group", log_group_name="/aws/lambda/dev-orders", retention=logs.RetentionDays.ONE_WEEK
        )
        function = lambda_.Function(
            self,
            "function",
            function_name="dev-orders",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler="main.lambda_handler",
            code=lambda_.Code.from_asset(package),
            timeout=Duration.seconds(3),
            memory_size=256,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            environment={
                "ORDERS_TABLE": table.table_name,
                "WORKER_QUEUE_URL": queue.queue_url,
                "WORKER_DEAD_LETTER_QUEUE_URL": dead.queue_url,
            },
        )
        table.grant(function, "dynamodb:PutItem")
        dead.grant_send_messages(function)
        function.add_event_source(
            sources.SqsEventSource(queue, batch_size=10, max_concurrency=5, report_batch_item_failures=True)
        )
        watched = {
            "dead-letter-depth": (dead.metric_approximate_number_of_messages_visible(period=MINUTE), 1),
            "dead-letter-expiry": (dead.metric_approximate_age_of_oldest_message(period=MINUTE), 900_000),
            "oldest-message-age": (queue.metric_approximate_age_of_oldest_message(period=MINUTE), 300),
            "expiry": (queue.metric_approximate_age_of_oldest_message(period=Duration.minutes(5)), 270_000),
            "backlog": (queue.metric_approximate_number_of_messages_visible(period=MINUTE), 1_000),
            "sent": (queue.metric_number_of_messages_sent(period=MINUTE), 100_000),
            "errors": (function.metric_errors(period=MINUTE), 1),
            "throttles": (function.metric_throttles(period=MINUTE), 1),
            "duration": (function.metric_duration(period=MINUTE, statistic="p99"), 2_400),
            "concurrency": (function.metric("ConcurrentExecutions", period=MINUTE, statistic="max"), 4),
            "error-rate": (
                cloudwatch.MathExpression(
                    expression="100 * errors / invocations",
                    using_metrics={"errors": function.metric_errors(), "invocations": function.metric_invocations()},
                    period=MINUTE,
                ),
                10,
            ),
        }
        alarms = []
        for name, (metric, threshold) in watched.items():
            alarm = cloudwatch.Alarm(
                self,
                name,
                alarm_name=f"dev-orders-{name}",
                metric=metric,
                threshold=threshold,
                evaluation_periods=3,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            alarm.add_alarm_action(actions.SnsAction(topic))
            alarm.add_ok_action(actions.SnsAction(topic))
            alarms.append(alarm)
        cloudwatch.CompositeAlarm(
            self,
            "page",
            composite_alarm_name="dev-orders-page",
            alarm_rule=cloudwatch.AlarmRule.any_of(
                *(cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in alarms[:4])
            ),
        )
        cloudwatch.Dashboard(
            self,
            "dashboard",
            dashboard_name="dev-workers",
            widgets=[
                [cloudwatch.AlarmStatusWidget(alarms=alarms)],
                [cloudwatch.GraphWidget(title=name, left=[metric]) for name, (metric, _) in list(watched.items())[:8]],
            ],
        )
        urls = {"queueUrl": queue.queue_url, "dlqUrl": dead.queue_url}
        arns = {"queueArn": queue.queue_arn, "dlqArn": dead.queue_arn}
        names = {"functionName": function.function_name, "logGroup": log_group.log_group_name, "table": table.table_name}
        for name, value in (urls | arns | names).items():
            CfnOutput(self, name, value=value)


if __name__ == "__main__":
    app = App(outdir=sys.argv[2])
    OrdersStack(app, "dev", sys.argv[1])
    app.synth()
