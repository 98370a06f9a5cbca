"""Reads a deployed worker from AWS into the rules' `Pipeline`. Values that the caller is not allowed to read are `Unknown`."""
