resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = 360 # 6 × 60
}

resource "aws_lambda_function" "orders" {
  timeout = 60
}
