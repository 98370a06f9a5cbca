"""The site, built and opened in a browser. `make test-project` runs these tests."""
