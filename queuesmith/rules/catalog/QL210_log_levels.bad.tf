resource "aws_lambda_function" "orders" {
  logging_config {
    log_format            = "Text"
    application_log_level = "DEBUG"
    log_group             = aws_cloudwatch_log_group.orders.name
  }
}
