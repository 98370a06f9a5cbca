"""A new project from the built packages, the tests that it contains, and cdktf-cli (`make test-project`)."""
