"""The handler of the worker `payments`."""
