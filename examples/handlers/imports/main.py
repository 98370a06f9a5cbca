"""Imports the files that arrive in a bucket."""

from typing import Literal
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.parser.models import S3Model
from pydantic import BaseModel

from queuesmith_worker import HandlerSettings, Worker, note


class TestEvent(BaseModel):
    Event: Literal["s3:TestEvent"]  # S3 sends it once, when the notification is set up


def import_file(bucket: str, key: str) -> None:
    """Replace this with your code."""
    note(bucket=bucket, key=key)


def handle_notification(notification: S3Model | TestEvent) -> None:
    if isinstance(notification, S3Model):
        for record in notification.Records:
            import_file(record.s3.bucket.name, unquote_plus(record.s3.object.key))


lambda_handler = Worker(S3Model | TestEvent, handle_notification, HandlerSettings.from_environment())
