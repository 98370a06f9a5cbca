"""The handler of the worker `reports`."""
