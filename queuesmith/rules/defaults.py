"""The defaults of AWS and of the provider for attributes that are not set. As of `limits.READ_ON`.

A first plan and `cdk.tf.json` omit defaults, and a refreshed plan contains them. The rules' model and the readers of Terraform
and AWS use these constants. The defaults of the settings are separate, in `queuesmith.settings`.
"""

from __future__ import annotations

VISIBILITY_TIMEOUT = 30
"""Seconds (SQS)."""
RETENTION = 345_600
"""Seconds: four days (SQS)."""
DELAY = 0
"""Seconds (SQS)."""
RECEIVE_WAIT_TIME = 0
"""Seconds: short polling (SQS). Lambda uses long polling regardless of this attribute."""
AWS_MANAGED_KEY = "alias/aws/sqs"
"""The key that AWS manages for SQS in every account. Its policy cannot be changed."""
DATA_KEY_REUSE_PERIOD = 300
"""Seconds (SQS). A refreshed plan shows this value for queues without KMS too."""

FUNCTION_TIMEOUT = 3
"""Seconds (Lambda)."""
MEMORY = 128
"""MB (Lambda)."""
ARCHITECTURE = "x86_64"
EPHEMERAL_STORAGE = 512
"""MB (Lambda)."""
LOG_FORMAT = "Text"

BATCH_SIZE = 10
"""Records (Lambda, for SQS)."""
BATCHING_WINDOW = 0
"""Seconds (Lambda, for SQS)."""
STREAM_OPTIONS: dict[str, tuple[object, ...]] = {
    "starting_position": (None, ""),
    "starting_position_timestamp": (None, ""),
    "bisect_batch_on_function_error": (None, False),
    "parallelization_factor": (None, 0, 1),
    "maximum_record_age_in_seconds": (None, 0, -1),
    "maximum_retry_attempts": (None, 0, -1),
    "tumbling_window_in_seconds": (None, 0),
    "destination_config": (None, False),
}
"""Options for streams, and the values that a refreshed plan shows if a mapping does not set them."""
