"""The sample's pipeline as other tools have it. Each runs in an environment of its own, and imports nothing of ours."""
