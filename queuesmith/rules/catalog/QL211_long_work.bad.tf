resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = 5400
}

resource "aws_lambda_function" "orders" {
  timeout = 900
}
