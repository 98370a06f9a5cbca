"""The Terraform stacks of this project: one environment is one stack."""
