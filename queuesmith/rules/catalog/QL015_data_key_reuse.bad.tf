resource "aws_sqs_queue" "orders" {
  sqs_managed_sse_enabled           = null
  kms_master_key_id                 = "alias/aws/sqs"
  kms_data_key_reuse_period_seconds = 30
}
