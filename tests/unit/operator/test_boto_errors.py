"""Errors from AWS become one line each, with the fix."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as botocore

from queuesmith.aws.boto_errors import as_aws_error, missing_permission
from queuesmith.common.errors import AccessDeniedError, AwsError, NotFoundError


def refusal(code: str, message: str = "", operation: str = "SendMessageBatch", **more: str) -> botocore.ClientError:
    details: Any = {"Error": {"Code": code, "Message": message, **more}}
    return botocore.ClientError(details, operation)


def server_error(code: str) -> botocore.ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    return botocore.ClientError(response, "SendMessageBatch")


def refused(action: str, resource: str, who: str = "u") -> str:
    return f"User: {who} is not authorized to perform: {action} on resource: {resource} because"


OURS = refused("sqs:sendmessage", "arn:aws:sqs:e:1:q", "arn:aws:sts::1:assumed-role/me/s")

DOES_NOT_EXIST = "SendMessageBatch failed, because the resource does not exist: no queue"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal("AccessDenied", OURS, "SendMessage"), "sqs:SendMessage on arn:aws:sqs:e:1:q"),
        (refusal("AccessDenied", "Denied.", Resource="arn:aws:sqs:e:1:q"), "SendMessage on arn:aws:sqs:e:1:q"),
        (refusal("AccessDenied", "no"), "SendMessage"),
        (
            refusal("AccessDeniedException", refused("lambda:ListFunctions", "*"), "ListFunctions"),
            "lambda:ListFunctions on *",
        ),
        (
            refusal("KMS.AccessDeniedException", refused("kms:Decrypt", "arn:aws:kms:e:1:key/k"), "ReceiveMessage"),
            "kms:Decrypt on arn:aws:kms:e:1:key/k",
        ),
    ],
)  # fmt: skip
def test_a_denied_action_is_named_with_its_arn(error: botocore.ClientError, expected: str) -> None:
    assert missing_permission(error) == expected
    assert isinstance(as_aws_error(error), AccessDeniedError)


def test_denial_recommends_the_stacks_policies() -> None:
    assert str(as_aws_error(refusal("AccessDenied", OURS, "SendMessage"))) == (
        "Access denied: arn:aws:sts::1:assumed-role/me/s is not allowed to perform sqs:SendMessage on arn:aws:sqs:e:1:q. To "
        "grant the permissions, attach the policy in the stack's output WORKER_operator_read_policy (commands that only read), "
        "WORKER_operator_release_policy (release) or WORKER_operator_act_policy (other commands) to this user or role"
    )


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (refusal("ExpiredToken"), AwsError, "The AWS credentials have expired. Choose a profile"),
        (refusal("UnrecognizedClientException"), AwsError, "AWS does not accept these credentials (Unrec"),
        (refusal("QueueDoesNotExist", "no queue"), NotFoundError, DOES_NOT_EXIST),
        (refusal("InvalidAddress", "odd"), AwsError, "AWS refused SendMessageBatch: odd (InvalidAddress)"),
        (refusal("Throttling", "slow"), AwsError, "SendMessageBatch failed at AWS: slow (Throttling). Try again later"),
        (refusal("ServiceUnavailable"), AwsError, "SendMessageBatch failed at AWS: no reason given (ServiceUnavailable). Try "),
        (server_error("InternalError"), AwsError, "SendMessageBatch failed at AWS: no reason given (InternalError). Try again"),
        (botocore.NoCredentialsError(), AwsError, "There are no usable AWS credentials: Unable to locate credentials."),
        (botocore.NoRegionError(), AwsError, "No AWS Region is set."),
        (botocore.ProfileNotFound(profile="p"), AwsError, "The config profile (p) could not be found. To list the profiles: "),
        (botocore.UnauthorizedSSOTokenError(), AwsError, "The AWS SSO session has ended: "),
        (botocore.EndpointConnectionError(endpoint_url="https://x"), AwsError, "AWS cannot be reached: Could not connect"),
        (botocore.SSLError(endpoint_url="https://x", error=OSError("self-signed")), AwsError, "The TLS certificate of AWS's "),
        (botocore.ParamValidationError(report="odd"), AwsError, "Parameter validation failed: odd."),
    ],
)  # fmt: skip
def test_error_is_one_line_with_the_fix(error: Exception, kind: type[AwsError], text: str) -> None:
    told = as_aws_error(error)
    assert type(told) is kind
    assert str(told).startswith(text)
    assert "\n" not in str(told)


def test_other_errors_are_not_aws_errors() -> None:
    assert as_aws_error(ValueError("x")) is None
