"""The handlers of the examples, one folder for each worker, as in a project."""
