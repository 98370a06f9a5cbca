"""Explains errors of AWS, and of botocore before a request is sent: one line each, with the fix."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from botocore import exceptions as botocore

from queuesmith.common.errors import AccessDeniedError, AwsError, NotFoundError

_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "NotAuthorized", "403"}
)
_NOT_FOUND = frozenset(
    {
        "NonExistentQueue",
        "NoSuchEntity",
        "NotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "ResourceNotFound",
    }
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_INVALID_CREDENTIALS = frozenset(
    {
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "MissingAuthenticationToken",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
RETRYABLE = frozenset(
    {
        "KmsThrottled",
        "RequestThrottled",
        "RequestThrottledException",
        "ServiceUnavailable",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Errors after which the same request can succeed later."""
_UNKNOWN_ACTION = frozenset({"InvalidAction", "UnsupportedOperation"})
_BATCH = re.compile(r"Batch$")
_PRINCIPAL = re.compile(r"User: (\S+) is not authorized")
_PERMISSION = re.compile(r"not authorized to perform: ([a-z0-9-]+):(\w+)(?: on (?:the )?resource:? (\S+))?", re.IGNORECASE)
_LOG_IN = "Choose a profile (--profile or AWS_PROFILE), or log in: aws sso login"


def error_code(error: BaseException) -> str:
    """AWS's error code, such as `AccessDenied`, without a service prefix; empty for other errors."""
    code = str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, botocore.ClientError) else ""
    return code.rpartition(".")[2]


def _http_status(error: BaseException) -> int:
    found = error.response.get("ResponseMetadata", {}) if isinstance(error, botocore.ClientError) else {}
    return int(found.get("HTTPStatusCode", 0))


def is_access_denied(error: BaseException) -> bool:
    """Whether the caller lacks the permission."""
    return error_code(error) in _DENIED


def is_not_found(error: BaseException) -> bool:
    """Whether the requested resource does not exist."""
    return error_code(error) in _NOT_FOUND


def is_unknown_action(error: BaseException) -> bool:
    """Whether the endpoint does not have the action or the service. AWS has all of them, emulators do not."""
    return error_code(error) in _UNKNOWN_ACTION or _http_status(error) == HTTPStatus.NOT_IMPLEMENTED


def as_aws_error(error: BaseException) -> AwsError | None:
    """The error as the user sees it; None if it is not botocore's."""
    if isinstance(error, botocore.ClientError):
        return _from_client_error(error)
    if isinstance(error, botocore.BotoCoreError):
        return AwsError(_request_not_sent(error))
    return None


def missing_permission(error: botocore.ClientError) -> str:
    """The missing permission, such as `sqs:SendMessage on arn:…`. A batch action needs the permission of the single action."""
    details: Any = error.response.get("Error", {})
    permission = _PERMISSION.search(str(details.get("Message", "")))
    operation, about = _BATCH.sub("", error.operation_name), str(details.get("Resource", ""))
    if permission is None:
        return f"{operation} on {about}" if about else operation
    service, action, resource = permission.groups()
    resource = resource or about
    same = action.lower() == error.operation_name.lower()
    on = f" on {resource.rstrip('.')}" if resource else ""
    return f"{service}:{operation if same else action}{on}"


def _from_client_error(error: botocore.ClientError) -> AwsError:
    code, message = error_code(error), " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
    if code in _DENIED:
        match = _PRINCIPAL.search(message)
        principal = match[1] if match else "the caller"
        return AccessDeniedError(
            f"Access denied: {principal} is not allowed to perform {missing_permission(error)}. To grant the "
            "permissions, attach the policy in the stack's output WORKER_operator_read_policy (commands that only read), "
            "WORKER_operator_release_policy (release) or WORKER_operator_act_policy (other commands) to this user or role"
        )
    if code in _EXPIRED:
        return AwsError(f"The AWS credentials have expired. {_LOG_IN}")
    if code in _INVALID_CREDENTIALS:
        return AwsError(f"AWS does not accept these credentials ({code}). {_LOG_IN}")
    if code in _NOT_FOUND:
        return NotFoundError(f"{error.operation_name} failed, because the resource does not exist: {message}")
    reason = f"{message or 'no reason given'} ({code})"
    if code in RETRYABLE or _http_status(error) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return AwsError(f"{error.operation_name} failed at AWS: {reason}. Try again later")
    return AwsError(f"AWS refused {error.operation_name}: {reason}")


def _request_not_sent(error: Any) -> str:
    """Explain an error that botocore raised before AWS responded."""
    if isinstance(error, botocore.NoRegionError):
        return "No AWS Region is set. Set one: --region, AWS_DEFAULT_REGION, or region in the profile"
    text, fix = _sentence(error), "Check --profile, --region and --endpoint-url"
    if isinstance(error, botocore.ProfileNotFound):
        fix = "To list the profiles: aws configure list-profiles"
    elif isinstance(error, botocore.SSOError | botocore.TokenRetrievalError):
        text, fix = f"The AWS SSO session has ended: {text}", "Log in: aws sso login"
    elif isinstance(error, botocore.NoCredentialsError | botocore.PartialCredentialsError | botocore.CredentialRetrievalError):
        text, fix = f"There are no usable AWS credentials: {text}", _LOG_IN
    elif isinstance(error, botocore.SSLError):
        text = f"The TLS certificate of AWS's endpoint is not trusted: {text}"
        fix = "If you use a proxy or the emulator, set AWS_CA_BUNDLE to the file with its CA certificate"
    elif isinstance(error, botocore.HTTPClientError | botocore.ConnectionError):
        text = f"AWS cannot be reached: {text}"
    return f"{text}. {fix}"


def _sentence(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")
