"""`QueueWorker` in your own stack. In a checkout, run `.venv/bin/python -m examples.own_stack`.

The stack has a bucket that the worker writes to, and a topic for its alarms. It is written to examples/cdktf.out/stacks/shop.
The rules check the worker when the app is synthesized.
"""

from __future__ import annotations

from pathlib import Path

from queuesmith.constructs import AWS_PROVIDER, QueueWorker, WorkerSettings  # before cdktf, so that the AWS bindings load fast
from cdktf import App, LocalBackend, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from constructs import Construct

SETTINGS = {
    "name": "shop-invoices",
    "function": {
        "artifact": {"s3": {"bucket": "example-artifacts", "key": "invoices.zip", "version": "replace-with-the-version-id"}},
        "timeout": 30,
        "environment": {"INVOICES_BUCKET": "example-shop-invoices"},
    },
    "failures": {"backoff": {"base": 2, "cap": 300}},
}


class Shop(TerraformStack):
    """The team's own stack: a bucket, a topic, and a worker that uses both."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        tags = AwsProviderDefaultTags(tags={"environment": "shop"})  # `queuesmith status shop` finds the worker by this tag
        AwsProvider(self, "aws", region="eu-central-1", default_tags=[tags])
        LocalBackend(self, path="../../../state/shop.tfstate")  # or S3Backend; the default of cdktf is an absolute path
        self.add_override("terraform.required_providers.aws", AWS_PROVIDER)  # otherwise the bindings pin one version
        invoices = S3Bucket(self, "invoices", bucket="example-shop-invoices")
        on_call = SnsTopic(self, "on-call", name="shop-on-call")  # add a subscription for the team on call
        self.worker = QueueWorker(self, "invoices-worker", WorkerSettings.model_validate(SETTINGS), alarm_topic_arn=on_call.arn)
        self.worker.allow_objects(invoices.arn, "2026/", "write")
        self.worker.grant(["ses:SendEmail"], ["arn:aws:ses:eu-central-1:111111111111:identity/shop.example.com"])


if __name__ == "__main__":
    app = App(outdir=str(Path(__file__).parent / "cdktf.out"))
    Shop(app, "shop")
    app.synth()
