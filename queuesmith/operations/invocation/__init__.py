"""Runs a handler on this machine for `queuesmith invoke`: the function, its event, and the process that runs it."""
