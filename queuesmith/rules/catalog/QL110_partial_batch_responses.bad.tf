resource "aws_lambda_event_source_mapping" "orders" {
  batch_size              = 10
  function_response_types = null
}
