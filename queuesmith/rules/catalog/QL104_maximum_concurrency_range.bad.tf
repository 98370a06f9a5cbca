resource "aws_lambda_event_source_mapping" "orders" {
  scaling_config {
    maximum_concurrency = 2000
  }
}
