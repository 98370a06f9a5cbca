"""The AWS provider that the constructs are made for."""

AWS_PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.100, < 7.0"}
"""For `stack.add_override("terraform.required_providers.aws", AWS_PROVIDER)`: without it the bindings pin one version.

Both ends of the range have everything that the constructs use. Terraform's lock file selects the version.
"""
