"""The handler of the worker `imports`."""
