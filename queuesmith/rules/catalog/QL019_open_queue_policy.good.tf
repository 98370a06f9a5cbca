resource "aws_sqs_queue_policy" "orders" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-central-1:111111111111:orders"
        Condition = { StringEquals = { "aws:SourceAccount" = "111111111111" } }
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = "arn:aws:sqs:eu-central-1:111111111111:orders"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}
