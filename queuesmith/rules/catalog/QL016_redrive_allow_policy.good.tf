resource "aws_sqs_queue_redrive_allow_policy" "orders_dlq" {
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = ["arn:aws:sqs:eu-central-1:111111111111:orders"]
  })
}
