"""An S3 client that stores objects in memory. It is boto3's own, so it validates each request."""

from __future__ import annotations

import io
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import boto3

from queuesmith_worker.testing.events import REGION


class FakeS3:
    """Objects in S3, for handlers with large messages.

    Example:
    -------
        fake_lambda.s3.objects["shop-files", "orders/1"] = b'{"id": "m-1"}'

    """

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        """The content of each object, by bucket and key."""

    @cached_property
    def client(self) -> Any:
        """A boto3 client that reads, writes and deletes these objects."""
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        client = boto3.client("s3", region_name=REGION, **keys)  # type: ignore[call-overload]
        client.meta.events.register("before-parameter-build.s3", _remember)
        client.meta.events.register("before-call.s3", self._answer)
        return client

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        request = context["request"]
        answer: dict[str, Any] = {}
        if model.name == "PutObject":
            content = request["Body"]  # boto3 turns bytes into a stream
            self.objects[request["Bucket"], request["Key"]] = content.read() if hasattr(content, "read") else content
        elif model.name == "GetObject":
            content = self.objects.get((request["Bucket"], request["Key"]))
            if content is None:
                error = {"Code": "NoSuchKey", "Message": "The specified key does not exist."}
                return SimpleNamespace(status_code=404), {"Error": error, "ResponseMetadata": {}}
            answer = {"Body": io.BytesIO(content)}
        elif model.name == "DeleteObjects":
            for each in request["Delete"]["Objects"]:
                self.objects.pop((request["Bucket"], each["Key"]), None)
        else:
            raise NotImplementedError(f"FakeS3 has no {model.name}")
        return SimpleNamespace(status_code=200), {**answer, "ResponseMetadata": {}}


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context["request"] = dict(params)
