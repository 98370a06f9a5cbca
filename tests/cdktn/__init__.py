"""The tests of the migration path to cdktn: `make test-cdktn`. Not part of `make test`, because their environment is large."""
