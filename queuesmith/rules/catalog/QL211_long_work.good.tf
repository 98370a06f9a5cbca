resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = 360
}

resource "aws_lambda_function" "orders" {
  timeout = 60 # longer work runs in Step Functions, started from here
}
