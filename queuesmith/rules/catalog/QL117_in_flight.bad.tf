resource "aws_lambda_event_source_mapping" "orders" {
  batch_size                         = 10000
  maximum_batching_window_in_seconds = 60
  scaling_config {
    maximum_concurrency = 100
  }
}
