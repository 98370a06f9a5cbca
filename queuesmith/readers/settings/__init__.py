"""Reads a worker's settings into the rules' `Pipeline`, as its constructs will create it."""
