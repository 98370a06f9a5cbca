"""Reads plans and synthesized Terraform JSON into the rules' model. Nothing here runs Terraform."""
