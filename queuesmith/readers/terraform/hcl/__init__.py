"""Reads Terraform files in HCL offline: tfparse evaluates the values, tree-sitter finds references, lines and comments."""
