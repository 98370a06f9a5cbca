resource "aws_lambda_function" "orders" {
  publish = true
  durable_config {
    execution_timeout = 600
  }
}

resource "aws_lambda_event_source_mapping" "orders" {
  function_name = aws_lambda_function.orders.qualified_arn
}
