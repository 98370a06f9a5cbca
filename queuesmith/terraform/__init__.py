"""Finds Terraform and its AWS provider, and runs it."""
