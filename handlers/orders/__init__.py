"""The handler of the sample worker `orders`."""
