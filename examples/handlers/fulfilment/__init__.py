"""The handler of the worker `fulfilment`."""
