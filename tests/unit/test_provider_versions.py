"""Options that need a newer AWS provider raise the lower bound of their stack, and a stack with an older pin is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider

from queuesmith.constructs import AWS_PROVIDER, QueueWorker, aws_provider
from queuesmith.settings.derived.provider_versions import PROVIDER_NEEDS, ProviderNeed, provider_constraint, too_old_providers
from tests.unit.conftest import Synthesized, Worker
from tools.settings_schema import tables

LARGE = {"maximum_message_size": 1_048_576}


def provider_of(stack: dict[str, Any]) -> dict[str, str]:
    provider: dict[str, str] = stack["terraform"]["required_providers"]["aws"]
    return provider


def sizes(stack: dict[str, Any]) -> list[int | None]:
    """The maximum message sizes of the queue and its DLQ."""
    resources = stack["resource"]["aws_sqs_queue"]
    return [resources[name].get("max_message_size") for name in sorted(resources, key=lambda name: "dead-letter" in name)]


def test_large_messages_raise_the_lower_bound_and_the_dlq_accepts_them(synthesized: Synthesized) -> None:
    stack = synthesized(queue={"maximum_message_size": 262_145})
    assert provider_of(stack) == {"source": "hashicorp/aws", "version": ">= 6.8, < 7.0"}
    assert sizes(stack) == [262_145, 1_048_576]


def test_other_sizes_leave_the_range_of_providers(synthesized: Synthesized) -> None:
    stack = synthesized(queue={"maximum_message_size": 262_144})
    assert provider_of(stack) == AWS_PROVIDER == aws_provider([])
    assert sizes(stack) == [262_144, None]


def test_the_newest_provider_that_a_worker_needs_counts(worker: Worker) -> None:
    python = {"runtime": "python3.14"}
    assert provider_constraint([worker(), worker(queue=LARGE), worker()]) == ">= 6.8, < 7.0"
    assert provider_constraint([worker(function=python), worker(queue=LARGE)]) == ">= 6.21, < 7.0"


def test_runtime_of_an_image_needs_no_newer_provider(worker: Worker) -> None:
    image = {"image": f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:{'0' * 64}"}
    assert provider_constraint([worker(function={"artifact": image, "runtime": "python3.14"})]) == ">= 5.100, < 7.0"


@pytest.mark.parametrize("constraint", ["", ">= 5.100, < 7.0", "~> 5.100", "~> 6.0", "5.100.0", "= 6.7.9", "< 7.0", "> 6"])
def test_constraint_that_an_old_provider_meets_is_refused(constraint: str, worker: Worker) -> None:
    assert list(too_old_providers(worker(queue=LARGE), constraint)) == [
        "queue.maximum_message_size is 1048576, but values above 262,144 need AWS provider 6.8 or later, and the stack's "
        f'required_providers.aws is "{constraint}". Set that to aws_provider(…) with the settings of the stack\'s workers, or '
        'to ">= 6.8, < 7.0". Or change the setting.'
    ]
    assert not list(too_old_providers(worker(), constraint))


@pytest.mark.parametrize("constraint", [">= 6.8, < 7.0", "~> 6.8", "6.8", "= 6.25.0", "< 7.0, >= 6.10", "> 6.8.0"])
def test_constraint_that_only_newer_providers_meet_is_accepted(constraint: str, worker: Worker) -> None:
    assert not list(too_old_providers(worker(queue=LARGE), constraint))


@pytest.mark.parametrize(
    ("required", "is_refused"),
    [(AWS_PROVIDER, True), ({"source": "hashicorp/aws", "version": "~> 6.8"}, False), (None, False)],
    ids=["the usual range", "a later pin", "the bindings' pin"],
)
def test_own_stack_must_require_the_provider(
    required: dict[str, str] | None, is_refused: bool, worker: Worker, tmp_path: Path
) -> None:
    app = App(outdir=str(tmp_path / "out"))
    stack = TerraformStack(app, "theirs")
    AwsProvider(stack, "aws", region="eu-west-1")
    if required:
        stack.add_override("terraform.required_providers.aws", required)
    QueueWorker(stack, "orders", worker(queue=LARGE))
    if is_refused:
        with pytest.raises(RuntimeError, match=r"\[theirs/orders\] queue\.maximum_message_size is 1048576, .*6\.8 or later"):
            app.synth()
    else:
        app.synth()
    assert bool(list((tmp_path / "out").rglob("cdk.tf.json"))) is not is_refused


@pytest.mark.parametrize("need", PROVIDER_NEEDS, ids=lambda need: need.version)
def test_page_names_the_provider_that_an_option_needs(need: ProviderNeed) -> None:
    texts = [key.get("description", "") for table in tables().values() for key in table["properties"].values()]
    sentence = f"{need.values} need AWS provider {need.version} or later".casefold()
    assert sum(sentence in text.casefold() for text in texts) == 1
