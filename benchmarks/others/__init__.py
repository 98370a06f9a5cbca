"""The sample's pipeline in other tools. Each runs in a separate environment, and imports nothing of this project."""
