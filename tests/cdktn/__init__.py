"""`make test-cdktn`: the way on. Not among the tests of `make test`: its environment is large."""
