"""The handler of the worker `ledger`."""
