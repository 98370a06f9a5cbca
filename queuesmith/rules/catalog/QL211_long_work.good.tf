resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = 360
}

resource "aws_lambda_function" "orders" {
  timeout = 60 # what takes longer is started here, and runs in Step Functions
}
