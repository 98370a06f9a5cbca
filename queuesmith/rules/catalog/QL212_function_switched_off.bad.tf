resource "aws_lambda_function" "orders" {
  reserved_concurrent_executions = 0
}
