"""A second worker, as a project would add it: a folder of its own under handlers/."""
