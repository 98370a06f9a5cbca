"""The metrics that SQS and Lambda publish, and the dimensions by which an alarm selects them."""

from __future__ import annotations

SQS, LAMBDA = "AWS/SQS", "AWS/Lambda"
METRICS = {
    SQS: frozenset(
        {
            "ApproximateAgeOfOldestMessage", "ApproximateAgeOfOldestMessageInQuietGroups",
            "ApproximateNumberOfGroupsWithInflightMessages", "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesDelayedInQuietGroups", "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesNotVisibleInQuietGroups", "ApproximateNumberOfMessagesVisible",
            "ApproximateNumberOfMessagesVisibleInQuietGroups", "ApproximateNumberOfNoisyGroups",
            "NumberOfDeduplicatedSentMessages", "NumberOfEmptyReceives", "NumberOfMessagesDeleted",
            "NumberOfMessagesReceived", "NumberOfMessagesSent", "SentMessageSize",
        }
    ),
    LAMBDA: frozenset(
        {
            "AsyncEventAge", "AsyncEventsDropped", "AsyncEventsReceived", "CPUThrottles", "ClaimedAccountConcurrency",
            "CommitErrorCount", "CommittedEventCount", "ConcurrencyThrottles", "ConcurrentExecutions", "DeadLetterErrors",
            "DeletedEventCount", "DestinationDeliveryFailures", "DiskThrottles", "DroppedEventCount", "Duration", "Errors",
            "EventPollerThroughputInBytes", "EventPollerUnit", "FailedInvokeEventCount", "FilteredOutEventCount",
            "Invocations", "InvokeErrorCount", "InvokedEventCount", "IteratorAge", "MaxOffsetLag", "MemoryThrottles",
            "OffsetLag", "OnFailureDestinationDeliveredEventCount", "OnFailureDestinationDeliveryErrorCount",
            "OversizedRecordCount", "PolledEventCount", "PollingErrorCount", "PostRuntimeExtensionsDuration",
            "ProvisionedConcurrencyInvocations", "ProvisionedConcurrencySpilloverInvocations",
            "ProvisionedConcurrencyUtilization", "ProvisionedConcurrentExecutions", "ProvisionedPollers",
            "RecursiveInvocationsDropped", "SchemaRegistryErrorCount", "SignatureValidationErrors", "SumOffsetLag",
            "Throttles", "UnreservedConcurrentExecutions",
        }
    ),
}  # fmt: skip
"""Their names by namespace, from `limits.SQS_METRICS` and `limits.LAMBDA_METRICS`."""
DIMENSIONS = {SQS: "QueueName", LAMBDA: "FunctionName"}
"""The dimension with the name of the queue or function."""


def has_data(namespace: str, dimensions: frozenset[str]) -> bool:
    """Whether the service publishes metrics of one queue or function with these dimensions.

    SQS has a single dimension. Lambda has others, for versions and aliases, in addition to the function's name.
    """
    own = DIMENSIONS[namespace]
    return dimensions == {own} if namespace == SQS else own in dimensions
