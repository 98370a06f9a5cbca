"""What AWS and the provider take where nothing is set, once.

A first plan and `cdk.tf.json` leave defaults out, and a refreshed plan writes them. The rules' model, and what reads Terraform
and AWS into it, take them from here; the settings have defaults of their own. As of `limits.READ_ON`.
"""

from __future__ import annotations

VISIBILITY_TIMEOUT = 30
"""Seconds (SQS)."""
RETENTION = 345_600
"""Seconds: four days (SQS)."""
DELAY = 0
"""Seconds (SQS)."""
RECEIVE_WAIT = 0
"""Seconds: short polling (SQS). Lambda polls long whatever is set."""
AWS_MANAGED_KEY = "alias/aws/sqs"
"""The key that AWS itself manages for SQS in every account: nobody can change its policy."""
DATA_KEY_REUSE = 300
"""Seconds; what SQS takes, and what a refreshed plan shows also without KMS."""

FUNCTION_TIMEOUT = 3
"""Seconds (Lambda)."""
MEMORY = 128
"""MB (Lambda)."""
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
"""Options for streams, and what a refreshed plan shows for them on a mapping that has none."""
