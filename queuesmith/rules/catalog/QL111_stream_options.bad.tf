resource "aws_lambda_event_source_mapping" "orders" {
  maximum_retry_attempts = 3
}
