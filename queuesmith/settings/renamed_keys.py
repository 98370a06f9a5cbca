"""Old names of settings keys, so that an error about one can name the new key. `check` starts without loading pydantic."""

RENAMED_KEYS = {
    "accept": "suppress",
    "data_key_reuse": "data_key_reuse_period",
    "dead_letter_at_once": "send_to_dlq_immediately",
    "dead_letter_undelivered": "undelivered_to_dlq",
    "receive_wait": "receive_wait_time",
    "source": "code",
    "time_floor": "minimum_remaining_time",
}
"""The new name of each key, in the same table."""


def renamed(key: str, new: str) -> str:
    """Return the error about an old key or option."""
    return f'"{key}" was renamed to "{new}"'
