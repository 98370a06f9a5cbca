"""The handler of the worker `receipts`."""
