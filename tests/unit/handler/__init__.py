"""The handler: what becomes of each message."""
