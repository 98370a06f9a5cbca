"""How `queuesmith invoke` runs a handler on this machine: the function, its event, and the process that it lives in."""
