"""The handler of the worker `exports`."""
