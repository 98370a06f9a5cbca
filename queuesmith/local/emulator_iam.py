"""Lets the emulator ask for the permissions that AWS asks for. Runs under the emulator's own Python, beside the launcher."""

from __future__ import annotations

from typing import Any

_MAPPINGS = "/event-source-mappings/"
"""In the path of a request about one of them; that about all has nothing behind it."""
_OF_ONE_MAPPING = {"GET": "GetEventSourceMapping", "PUT": "UpdateEventSourceMapping", "DELETE": "DeleteEventSourceMapping"}
_OF_CONCURRENCY = {"GET": "GetFunctionConcurrency", "PUT": "PutFunctionConcurrency", "DELETE": "DeleteFunctionConcurrency"}


def ask_as_aws_does(actions: Any) -> None:
    """Repair the module that finds the action and the resource of a request."""
    of_target, of_lambda, resource = actions._action_from_target, actions._lambda_action, actions.extract_resource_arn

    def action_from_target(headers: dict[str, str]) -> Any:
        """A batch of SQS's asks for its single request: there is no `sqs:SendMessageBatch`."""
        name = of_target(headers)
        return name.removesuffix("Batch") if name and headers.get("x-amz-target", "").startswith("AmazonSQS.") else name

    def lambda_action(method: str, path: str) -> Any:
        found = (
            _OF_ONE_MAPPING
            if _MAPPINGS in path and not path.endswith("/")
            else _OF_CONCURRENCY
            if "/concurrency" in path
            else {}
        )
        return found.get(method) or of_lambda(method, path)

    def extract_resource_arn(service: str, *arguments: Any, **named: Any) -> Any:
        """A log group ends in `:*`, as it has to in policies (CloudWatch Logs user guide)."""
        arn = resource(service, *arguments, **named)
        if service == "logs" and isinstance(arn, str) and ":log-group:" in arn and arn.count(":") == 6:
            return f"{arn}:*"
        return arn

    actions._action_from_target, actions._lambda_action = action_from_target, lambda_action
    actions.extract_resource_arn = extract_resource_arn
