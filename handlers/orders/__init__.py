"""The handler of the worker `orders`."""
