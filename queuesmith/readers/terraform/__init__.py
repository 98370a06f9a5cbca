"""A plan in JSON, or Terraform in JSON syntax such as `cdk.tf.json`, as one `Pipeline` for each event source mapping."""
