"""`QueueWorker` in a stack of one's own, beside what the stack has already: `python -m examples.own_stack`, in a checkout.

It writes examples/cdktf.out/stacks/shop. The rules judge the worker when the app is synthesized.
"""

from __future__ import annotations

from pathlib import Path

from stacks import QueueWorker, WorkerSettings  # before cdktf: it makes the AWS bindings load fast
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from constructs import Construct

PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.100, < 7.0"}
SETTINGS = {
    "name": "shop-invoices",
    "function": {
        "artifact": {"s3": {"bucket": "example-artifacts", "key": "invoices.zip", "version": "replace-with-the-version-id"}},
        "timeout": 30,
    },
    "failures": {"backoff": {"base": 2, "cap": 300}},
}


class Shop(TerraformStack):
    """The team's own stack: a bucket, a topic, and a worker that uses both."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        AwsProvider(self, "aws", region="eu-central-1")
        self.add_override("terraform.required_providers.aws", PROVIDER)  # without it the bindings pin one version
        invoices = S3Bucket(self, "invoices", bucket="example-shop-invoices")
        on_call = SnsTopic(self, "on-call", name="shop-on-call")
        self.worker = QueueWorker(self, "worker", WorkerSettings.model_validate(SETTINGS), alarm_topic_arn=on_call.arn)
        self.worker.allow_objects(invoices.arn, "2026/", "write")
        self.worker.grant(["ses:SendEmail"], ["arn:aws:ses:eu-central-1:111111111111:identity/shop.example.com"])


if __name__ == "__main__":
    app = App(outdir=str(Path(__file__).parent / "cdktf.out"))
    Shop(app, "shop")
    app.synth()
