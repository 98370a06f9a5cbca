"""The sample's own work, between hooks that go wrong on purpose."""
