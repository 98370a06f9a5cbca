"""Finds Terraform and its AWS provider, and runs Terraform. `queuesmith.readers.terraform` reads Terraform's files."""
