"""A new project, from an empty folder and the built packages (`make test-project`)."""
