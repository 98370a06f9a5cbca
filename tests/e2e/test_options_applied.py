"""Options that the emulator supports, applied: messages arrive from every sender, and the handler uses its options.

Not covered, because the emulator does not implement them: VPC, code signing, provisioned pollers, filter keys, EventCount
metrics, S3 notifications, permissions boundaries of other accounts, layers of other accounts. The provider has planned those.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing as Synthesis

from queuesmith.hcl import eject_stack
from queuesmith.local.emulator import Emulator
from queuesmith.local.stack_copy import OVERRIDE
from queuesmith.local.user_settings import terraform_environment
from queuesmith.settings import EnvironmentSettings
from queuesmith_worker import HandlerSettings, Producer, Worker
from queuesmith_worker.testing import FakeContext, SqsMessage, sqs_event
from stacks.environment import EnvironmentStack
from tests.conftest import CACHE, a_zip
from tests.e2e.applied_options import REGION, World, url_of
from tests.e2e.deployed import deployable
from tests.terraform_cli import TerraformInTests
from tests.waiting import wait_for

ACCOUNT = "000000000000"
HANDLER = """
import json, os
import boto3

def lambda_handler(event, context):
    sqs = boto3.client("sqs")
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["MAIL_SECRET"])["SecretString"]
    name = os.environ["LIMIT_PARAMETER"].split(":parameter")[1]  # AWS takes the ARN, the emulator does not
    limit = boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    boto3.client("s3").put_object(Bucket=os.environ["FILES_BUCKET"], Key="done/" + event["Records"][0]["messageId"], Body=b"x")
    for record in event["Records"]:
        answer = {"worker": os.environ["POWERTOOLS_SERVICE_NAME"], "body": record["body"], "read": [secret, limit]}
        sqs.send_message(QueueUrl=os.environ["OUT_QUEUE"], MessageBody=json.dumps(answer))
        boto3.client("sns").publish(TopicArn=os.environ["DONE_TOPIC"], Message=record["messageId"])
    print("done")
    return {"batchItemFailures": []}
"""
SCHEDULED = {"kind": "order", "number": "scheduled"}
USES: dict[str, Any] = {
    "queues": {"out": {"arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:out", "variable": "OUT_QUEUE"}},
    "topics": {"done": {"arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:done", "variable": "DONE_TOPIC"}},
    "secrets": {"mail": {"name": "shop/mail", "variable": "MAIL_SECRET"}},
    "parameters": {"limit": {"name": "/shop/limit", "variable": "LIMIT_PARAMETER"}},
    "buckets": {"files": {"arn": "arn:aws:s3:::shop-files", "prefix": "done/", "access": "write", "variable": "FILES_BUCKET"}},
}


def settings(package: Path) -> EnvironmentSettings:
    function = {"artifact": {"zip": str(package)}, "timeout": 5}
    return EnvironmentSettings.model_validate(
        {
            "environment": "test",
            "region": REGION,
            "backend": {"type": "local"},
            "alarm_destination": {"emails": ["on-call@example.com"]},
            "workers": {
                "orders": {
                    **USES,
                    "function": {
                        **function,
                        "tracing": True,
                        "alias": "live",
                        "role_path": "/workers/",
                        "ephemeral_storage": 600,
                        "recursive_loop": "Allow",
                    },
                    "source": {"filters": [{"body": {"kind": ["order"]}}, {"body": {"source": ["shop"]}}]},
                    "producers": {
                        "managed_policy": True,
                        "topics": {
                            "shop": {
                                "arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:shop",
                                "filter_policy": {"to": ["orders"]},
                                "undelivered_to_dlq": True,
                            }
                        },
                        "rules": {"placed": {"pattern": {"source": ["shop"]}, "undelivered_to_dlq": True}},
                        "schedules": {"past": {"expression": "at(2026-01-01T00:00:00)", "body": SCHEDULED}},
                        "organizations": {"shops": {"id": "o-a1b2c3d4e5", "roles": ["shop-*"]}},
                        "principals": ["arn:aws:iam::222222222222:role/shop"],
                    },
                },
                "payments": {
                    **USES,
                    "function": function,
                    "queue": {"fifo": True, "content_based_deduplication": True, "receive_wait_time": 5, "delay": 1},
                },
                "reports": {
                    **USES,
                    "function": function,
                    "existing_queue": {"arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:theirs", "visibility_timeout": 60},
                },
            },
        }
    )


@pytest.fixture(scope="module")
def world(emulator: Emulator, alarms_url: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("applied")
    package, stack = folder / "handler.zip", folder / "synthesized"
    package.write_bytes(a_zip(HANDLER))
    stack.mkdir()
    (stack / "cdk.tf.json").write_text(Synthesis.synth(EnvironmentStack(Synthesis.app(), "test", settings(package))))
    terraform = deployable(stack, folder / "test", emulator, package, alarms_url)
    world = World(terraform, emulator, {}, [])
    for name in ("out", "theirs"):
        world.client("sqs").create_queue(QueueName=name)
    for name in ("shop", "done"):
        world.client("sns").create_topic(Name=name)
    world.client("secretsmanager").create_secret(Name="shop/mail", SecretString="hush")
    world.client("ssm").put_parameter(Name="/shop/limit", Value="5", Type="String")
    world.client("s3").create_bucket(Bucket="shop-files", CreateBucketConfiguration={"LocationConstraint": REGION})
    terraform.init()
    terraform.apply()
    world.outputs.update(terraform.outputs())
    return world


def test_handler_processes_a_message_with_its_granted_resources(world: World) -> None:
    body = json.dumps({"kind": "order", "number": 1})
    world.client("sqs").send_message(QueueUrl=world.outputs["orders_queue_url"], MessageBody=body)
    world.arrives("orders", body)
    files = world.client("s3").list_objects_v2(Bucket="shop-files")["Contents"]
    assert all(file["Key"].startswith("done/") for file in files)


def test_large_message_is_read_from_s3_and_deleted(world: World) -> None:
    s3, sqs = world.client("s3"), world.client("sqs")
    url = sqs.create_queue(QueueName="large")["QueueUrl"]
    body = "x" * 300_000
    producer = Producer[str](str, url, client=sqs, large_messages_bucket="shop-files", large_messages_prefix="large/", s3=s3)
    producer.send(body)
    (message,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    size = int(message["MessageAttributes"]["ExtendedPayloadSize"]["StringValue"])
    assert (size, len(message["Body"]) < 200) == (300_000, True)
    (stored,) = s3.list_objects_v2(Bucket="shop-files", Prefix="large/")["Contents"]
    assert stored["Size"] == size
    variables = {"BUCKET": "shop-files", "PREFIX": "large/", "DELETE": "true"}
    settings = HandlerSettings.from_environment({f"WORKER_LARGE_MESSAGES_{key}": value for key, value in variables.items()})
    seen: list[str] = []
    event = sqs_event(SqsMessage(message["Body"], attributes={"ExtendedPayloadSize": size}))
    context: Any = FakeContext()
    assert Worker(str, seen.append, settings, s3=s3)(event, context) == {"batchItemFailures": []}
    assert seen == [body]
    assert "Contents" not in s3.list_objects_v2(Bucket="shop-files", Prefix="large/")
    sqs.delete_queue(QueueUrl=url)


def test_topic_delivers_matching_messages_raw(world: World) -> None:
    sns, body = world.client("sns"), json.dumps({"kind": "order", "number": 2})
    to = {"DataType": "String", "StringValue": "orders"}
    sns.publish(TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:shop", Message=body, MessageAttributes={"to": to})
    world.arrives("orders", body)


def test_event_that_the_rule_matches_arrives(world: World) -> None:
    event = {"Source": "shop", "DetailType": "placed", "Detail": json.dumps({"number": "three"})}
    world.client("events").put_events(Entries=[event])
    world.arrives("orders", '"three"')


def test_message_of_a_schedule_arrives(world: World) -> None:
    """The emulator sends it immediately, because the time is over."""
    world.arrives("orders", '"scheduled"')


def test_recursive_loops_of_the_function_are_allowed(world: World) -> None:
    config = world.client("lambda").get_function_recursion_config(FunctionName="test-orders")
    assert config["RecursiveLoop"] == "Allow"


def test_a_message_that_matches_no_filter_is_deleted_unprocessed(world: World) -> None:
    sqs, url, matching = world.client("sqs"), world.outputs["orders_queue_url"], '{"kind":"order","number":4}'
    for body in ('{"kind":"advertisement"}', matching):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    world.arrives("orders", matching)
    wait_for(lambda: world.is_drained("orders_queue_url"), "the queue is empty")
    assert not any("advertisement" in body for body in world.handed_on("orders"))


def test_fifo_worker_processes_its_groups(world: World) -> None:
    sqs, url = world.client("sqs"), world.outputs["payments_queue_url"]
    assert url.endswith("test-payments.fifo")
    assert world.outputs["payments_dead_letter_queue_url"].endswith("test-payments-dlq.fifo")
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=f"payment {number}", MessageGroupId=f"group {number % 2}")
    for number in range(3):
        world.arrives("payments", f"payment {number}")


def test_worker_processes_an_existing_queue(world: World) -> None:
    sqs = world.client("sqs")
    sqs.send_message(QueueUrl=url_of(sqs, "theirs"), MessageBody="report")
    world.arrives("reports", "report")


def test_a_second_plan_shows_no_change(world: World) -> None:
    assert world.terraform.plan() is False


def test_ejected_stack_shows_no_change_in_the_same_state(world: World, tmp_path: Path) -> None:
    applied, infra = world.terraform.folder, tmp_path / "infra"
    content, override = (json.loads((applied / name).read_text()) for name in ("cdk.tf.json", OVERRIDE))
    content["terraform"]["backend"] = override.pop("terraform")["backend"]
    (applied / "ejected.json").write_text(json.dumps(content))
    eject_stack(applied / "ejected.json", infra)
    (infra / OVERRIDE).write_text(json.dumps(override))
    for package in applied.glob("*.zip"):
        shutil.copy(package, infra)
    ejected = TerraformInTests(infra, CACHE, environment=terraform_environment(world.emulator.endpoint))
    ejected.init()
    assert ejected.state_list() == world.terraform.state_list() != []
    assert ejected.plan() is False


def test_destroy_leaves_existing_resources(world: World) -> None:
    world.terraform.destroy()
    queues = world.client("sqs").list_queues()["QueueUrls"]
    assert sorted(url.rsplit("/", 1)[-1] for url in queues) == ["out", "theirs"]
    assert world.client("lambda").list_functions()["Functions"] == []
