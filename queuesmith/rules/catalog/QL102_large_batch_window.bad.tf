resource "aws_lambda_event_source_mapping" "orders" {
  batch_size = 100
}
