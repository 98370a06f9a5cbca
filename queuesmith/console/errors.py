"""What a page says if something fails."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.common.errors import QueuesmithError

USER_ERRORS = (QueuesmithError, BotoCoreError, ClientError)
"""Errors that the user can fix. Others are bugs."""


def explanation(error: Exception) -> str:
    """One or two sentences with the fix, as the commands print them."""
    return str(as_aws_error(error) or error)
