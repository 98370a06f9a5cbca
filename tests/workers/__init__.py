"""Handlers beside the sample's: workers in folders of their own, as a project adds them, and one that dies on purpose."""
