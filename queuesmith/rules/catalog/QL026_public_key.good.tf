resource "aws_sqs_queue" "orders" {
  sqs_managed_sse_enabled = null
  kms_master_key_id       = aws_kms_key.orders.key_id
}

resource "aws_kms_key" "orders" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "kms:*"
      Resource  = "*"
      Condition = { StringEquals = { "kms:CallerAccount" = "111111111111" } }
    }]
  })
}

resource "aws_iam_role_policy" "orders_key" {
  role = aws_iam_role.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = "arn:aws:kms:eu-central-1:111111111111:key/*"
    }]
  })
}
