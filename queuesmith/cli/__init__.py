"""The commands: each parses, calls the logic beside it, and prints."""
