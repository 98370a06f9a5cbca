"""The handler of the worker `circuit`."""
