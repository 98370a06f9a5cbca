"""The AWS provider that the constructs support."""

AWS_PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.100, < 7.0"}
"""For `stack.add_override("terraform.required_providers.aws", AWS_PROVIDER)`. Without it, the bindings pin one version.

The constructs use only what both ends of the range support. Terraform's lock file selects the version.
"""
