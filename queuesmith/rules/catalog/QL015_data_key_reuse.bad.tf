resource "aws_sqs_queue" "orders" {
  kms_data_key_reuse_period_seconds = 3600
}
