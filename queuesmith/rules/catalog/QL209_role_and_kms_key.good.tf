resource "aws_sqs_queue" "orders" {
  sqs_managed_sse_enabled = null
  kms_master_key_id       = "arn:aws:kms:eu-central-1:111111111111:key/0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
}

resource "aws_iam_role_policy" "orders_key" {
  role = aws_iam_role.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = "arn:aws:kms:eu-central-1:111111111111:key/0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
    }]
  })
}
