resource "aws_lambda_function" "orders" {
  publish = true
  snap_start {
    apply_on = "PublishedVersions"
  }
  ephemeral_storage {
    size = 512
  }
}

resource "aws_lambda_event_source_mapping" "orders" {
  function_name = aws_lambda_function.orders.qualified_arn
}
