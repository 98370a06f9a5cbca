pytest_plugins = ["queuesmith_worker.testing.fixtures"]
