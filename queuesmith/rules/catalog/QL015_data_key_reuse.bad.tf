resource "aws_sqs_queue" "orders" {
  sqs_managed_sse_enabled           = null
  kms_data_key_reuse_period_seconds = 3600
}
