resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = 180 # 6 × 30
}

resource "aws_lambda_function" "orders" {
  timeout = 30
}
