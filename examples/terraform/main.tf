# A queue, its DLQ, and the function that processes its messages. `terraform validate` accepts this, but it has five mistakes.
# `queuesmith check examples/terraform` names them.

resource "aws_sqs_queue" "orders" {
  name = "orders"
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.orders_dlq.arn
    maxReceiveCount     = 1
  })
}

resource "aws_sqs_queue" "orders_dlq" {
  name = "orders-dlq"
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = aws_iam_role.orders.arn
  runtime       = "python3.13"
  handler       = "main.lambda_handler"
  s3_bucket     = "example-artifacts"
  s3_key        = "orders.zip"
  timeout       = 60
  depends_on    = [aws_cloudwatch_log_group.orders]
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.orders.arn
  batch_size       = 100
  depends_on       = [aws_iam_role_policy.orders]
}
