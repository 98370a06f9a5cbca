resource "aws_sqs_queue_policy" "orders" {
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = "arn:aws:sqs:eu-central-1:111111111111:orders"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
