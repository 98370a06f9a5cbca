"""The handler: how each message ends."""
