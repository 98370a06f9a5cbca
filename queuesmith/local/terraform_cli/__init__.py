"""Finds Terraform and its AWS provider, and runs it. What reads Terraform's files is `queuesmith.readers.terraform`."""
