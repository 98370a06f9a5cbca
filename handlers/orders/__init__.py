"""The orders worker: the sample's work."""
