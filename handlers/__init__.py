"""The handlers of the workers, which run in Lambda. Of this repository they import only `queuesmith_worker`."""
