"""A second worker: it sends mail, with a password from Secrets Manager."""
