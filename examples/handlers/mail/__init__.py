"""The handler of the worker `mail`."""
