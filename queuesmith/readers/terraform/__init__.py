"""Reads a plan in JSON, or Terraform in JSON syntax such as `cdk.tf.json`: one `Pipeline` per event source mapping."""
