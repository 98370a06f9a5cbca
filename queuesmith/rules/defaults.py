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
