resource "aws_lambda_event_source_mapping" "orders" {
  enabled = false
}
