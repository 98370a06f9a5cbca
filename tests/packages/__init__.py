"""The distributions: built, checked, and installed into empty environments. `make test-project` runs these tests."""
