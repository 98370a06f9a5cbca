resource "aws_sqs_queue_redrive_allow_policy" "orders_dlq" {
  redrive_allow_policy = jsonencode({
    redrivePermission = "allowAll"
  })
}
