"""Conflicting settings of a worker are reported with the key to change, together with all other problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.settings import WorkerSettings
from tests.unit.settings_files import GOOD, read

ACCOUNT = "111111111111"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:theirs"
IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:{'0' * 64}"
EXISTING = f'existing_queue.arn = "{QUEUE}"'
FIFO = "queue = { fifo = true, content_based_deduplication = true }"


def problems(tmp_path: Path, *lines: str, artifact: str = 'function.artifact.zip = "x"') -> list[str]:
    """The problems of a worker with these lines, without environment and file."""
    text = "\n".join(('region = "r"', 'backend.type = "local"', "[workers.orders]", artifact, *lines))
    found = read(tmp_path, dev=text).problems
    assert all(line.startswith("dev: workers.orders.") and line.endswith(" (config/dev.toml)") for line in found), found
    return [line.removeprefix("dev: workers.orders.").removesuffix(" (config/dev.toml)") for line in found]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            [EXISTING, "failures.send_to_dlq_immediately = true"],
            "failures.send_to_dlq_immediately needs a DLQ, but existing_queue has none. "
            "Set existing_queue.dead_letter_queue_arn, or remove this key",
        ),
        (
            ["failures.circuit_breaker = {}"],
            "failures.circuit_breaker needs failures.backoff, which lets the handler delay messages. Set failures.backoff = {}",
        ),
        (
            ["failures.send_to_dlq_immediately = true", "source.partial_batch_responses = false"],
            "failures.send_to_dlq_immediately removes single messages from a batch, which is impossible with "
            "source.partial_batch_responses = false: each retry of the batch would send another copy. Remove one of the two",
        ),
        (
            ["function.snap_start = true"],
            "function.snap_start applies to published versions only. Set function.alias, or remove this key",
        ),
        (
            [EXISTING, "queue.retention = 60"],
            "queue cannot be combined with existing_queue. Remove one of the two",
        ),
        (
            [EXISTING, "dead_letter_queue.retention = 60"],
            "dead_letter_queue cannot be combined with existing_queue. Remove one of the two",
        ),
        (
            [EXISTING, f'producers.principals = ["arn:aws:iam::{ACCOUNT}:role/shop"]'],
            "producers.principals would change the policy of existing_queue. Remove this key, and ask the "
            "queue's owner to allow these senders",
        ),
        (
            [EXISTING, f'producers.topics.shop.arn = "arn:aws:sns:eu-west-1:{ACCOUNT}:shop"'],
            "producers.topics would change the policy of existing_queue. Remove this key, and ask the "
            "queue's owner to allow these senders",
        ),
        (
            [FIFO, 'producers.buckets.in.arn = "arn:aws:s3:::in"'],
            "producers.buckets cannot send to a FIFO queue: S3 does not support it. Remove them, or queue.fifo",
        ),
        (
            [FIFO, f'producers.topics.shop.arn = "arn:aws:sns:eu-west-1:{ACCOUNT}:shop"'],
            "producers.topics.shop.arn is a standard topic, which cannot send to a FIFO queue. Use a FIFO topic, or remove "
            "queue.fifo",
        ),
        (
            [FIFO, 'producers.rules.night.schedule = "rate(1 day)"'],
            "producers.rules.night.message_group is missing, but a FIFO queue requires a message group id. Set it",
        ),
        (
            ["queue.fifo = true", 'producers.rules.night = { schedule = "rate(1 day)", message_group = "night" }'],
            "producers.rules.night sends no deduplication id, but a FIFO queue requires one. Set "
            "queue.content_based_deduplication "
            "to true",
        ),
        (
            ['producers.rules.night = { schedule = "rate(1 day)", message_group = "night" }'],
            "producers.rules.night.message_group is only for FIFO queues and fair queues. Remove this key, or set "
            "queue.fifo or queue.fair to true",
        ),
        (
            [
                FIFO,
                'producers.rules.night = { schedule = "rate(1 day)", message_group = "n", undelivered_to_dlq = true }',
            ],
            "producers.rules.night.undelivered_to_dlq needs a standard DLQ, because EventBridge cannot send to a FIFO "
            "DLQ. Remove this key, or queue.fifo",
        ),
        (
            [
                f'producers.topics.shop = {{ arn = "arn:aws:sns:eu-west-1:{ACCOUNT}:s.fifo", undelivered_to_dlq = true }}',
            ],
            "producers.topics.shop.undelivered_to_dlq needs a FIFO DLQ, because the topic is FIFO. Remove this key, or set "
            "queue.fifo to true",
        ),
        (
            ['producers.rules.night = { schedule = "rate(1 day)", event_bus = "shop" }'],
            "producers.rules.night.event_bus is not the default event bus, but a schedule runs only on that one. Remove "
            "event_bus",
        ),
        (
            [f'producers.rules.{"n" * 55}.schedule = "rate(1 day)"'],
            f'producers.rules.{"n" * 55} gives a rule the name "dev-orders-{"n" * 49}…", which is 66 characters long, but '
            "1 to 64 characters are allowed. Choose a shorter key",
        ),
        (
            ['producers.rules.night.event_bus = "default"'],
            "producers.rules.night must have exactly one of pattern and schedule, but has none",
        ),
        (
            ['secrets.mail = { variable = "MAIL" }'],
            "secrets.mail must have exactly one of arn and name, but has none",
        ),
        (
            ['tables.sales = { variable = "SALES", access = "read", operations = ["GetItem"] }'],
            "tables.sales must have exactly one of operations and access, but has operations and access",
        ),
    ],
)
def test_conflicting_settings_are_reported(tmp_path: Path, lines: list[str], problem: str) -> None:
    assert problems(tmp_path, *lines) == [problem]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            f'function.code_signing = "arn:aws:lambda:eu-west-1:{ACCOUNT}:code-signing-config:csc-1"',
            "function.code_signing is only for zip files, but function.artifact is an image. Remove function.code_signing",
        ),
        (
            f'function.layers = ["arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:a:1"]',
            "function.layers are only for zip files, but function.artifact is an image. Add their content to the image",
        ),
    ],
)
def test_settings_that_an_image_cannot_have_are_reported(tmp_path: Path, line: str, problem: str) -> None:
    assert problems(tmp_path, line, artifact=f'function.artifact.image = "{IMAGE}"') == [problem]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "alarms.errors = true",
            "alarms.errors is true, but must be a whole number, 0 or more, or false to disable the alarm",
        ),
        (
            'queue.kms_key = "alias/mine"',
            'queue.kms_key is "alias/mine", but must be a KMS key: "alias/aws/sqs" or the ARN of a '
            "customer managed key, arn:aws:kms:…",
        ),
        ('existing_queue.arn = "theirs"', 'existing_queue.arn is "theirs", but must be the ARN of an SQS queue: arn:aws:sqs:…'),
        ("source.filters = [5]", "source.filters.0 is 5, but must be a filter pattern: a table, or a JSON string"),
        (
            "source.filters = [{ body = { day = 2026-11-24 } }]",
            "source.filters.0 is a table with body, but must be a filter pattern: a table, or a JSON string",
        ),
        (
            "producers.rules.a.pattern = { day = 2026-11-24 }",
            "producers.rules.a.pattern is a table with day, but must be a table of strings, numbers, booleans, "
            "lists and tables",
        ),
        (
            'producers.principals = ["*"]',
            'producers.principals.0 is "*", but must be the ARN of a role, a user or an account (…:root): arn:aws:iam:…',
        ),
        (
            'buckets.in = { arn = "arn:aws:s3:::in", prefix = "*", access = "read" }',
            'buckets.in.prefix is "*", but must be a key prefix such as invoices/, without * and ?',
        ),
        (
            'function.vpc = { subnets = [], security_groups = ["sg-1"] }',
            "function.vpc.subnets is an empty list, but must be a list with at least 1 item",
        ),
        ('function.alias = "7"', 'function.alias is "7", but must be a name of letters, digits, - and _ that is not a number'),
        ('function.role_path = "workers"', 'function.role_path is "workers", but must be a path that begins and ends with /'),
    ],
)
def test_value_of_the_wrong_type_error_names_the_expected_type(tmp_path: Path, line: str, problem: str) -> None:
    assert problems(tmp_path, line) == [problem]


def test_environment_with_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    name = "e" * 201
    assert read(tmp_path, (), **{name: GOOD}).problems == [
        f'{name}: environment is "{"e" * 60}…", which is 201 characters long, but 1 to 200 characters are allowed. Choose a '
        f"shorter name for its file (config/{name}.toml)"
    ]


def test_two_functions_of_one_name_are_refused(tmp_path: Path) -> None:
    text = f'{GOOD}\nworkers.mail = {{ name = "dev-orders", queue.fifo = true, function.artifact.zip = "x" }}'
    (problem,) = read(tmp_path, dev=text).problems
    assert problem.startswith("dev: workers.mail and workers.orders would both have a function with the name dev-orders.")


def test_workers_with_existing_queues_do_not_reserve_queue_names(tmp_path: Path) -> None:
    text = f'{GOOD}\nworkers.orders-dlq = {{ {EXISTING}, function.artifact.zip = "x" }}'
    assert read(tmp_path, dev=text).problems == []


def test_a_table_whose_name_is_too_long_is_refused(tmp_path: Path) -> None:
    key = "t" * 255
    assert read(tmp_path, dev=f'{GOOD}\ntables.{key}.partition_key = "id"').problems == [
        f'dev: tables.{key} gives a table the name "dev-{"t" * 56}…", which is 259 characters long, but 3 to 255 characters '
        "are allowed. Choose a shorter key (config/dev.toml)"
    ]


def test_mail_addresses_need_the_stacks_own_topic(tmp_path: Path) -> None:
    destination = f'{{ topic_arn = "arn:aws:sns:eu-west-1:{ACCOUNT}:on-call", emails = ["a@example.com"] }}'
    assert read(tmp_path, dev=f"{GOOD}\nalarm_destination = {destination}").problems == [
        "dev: alarm_destination.emails cannot be combined with topic_arn, whose owner manages its subscribers. Remove emails "
        "(config/dev.toml)"
    ]


def test_queue_and_dlq_names_must_match_fifo() -> None:
    settings = WorkerSettings.model_validate(
        {"name": "orders", "queue": {"fifo": True}, "function": {"artifact": {"zip": "x.zip"}}}
    )
    assert (settings.queue_name, settings.dead_letter_name) == ("orders.fifo", "orders-dlq.fifo")


@pytest.mark.parametrize(("arn", "fifo"), [(QUEUE, False), (f"{QUEUE}.fifo", True)])
def test_existing_queue_is_fifo_if_its_arn_says_so(arn: str, *, fifo: bool) -> None:
    content = {"name": "orders", "existing_queue": {"arn": arn}, "function": {"artifact": {"zip": "x.zip"}}}
    assert WorkerSettings.model_validate(content).is_fifo is fifo
