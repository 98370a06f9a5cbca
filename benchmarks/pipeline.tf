# One pipeline of ten resources, which is repeated under other names.
resource "aws_sqs_queue" "NAME" {
  name                       = "${var.environment}-NAME"
  visibility_timeout_seconds = 180
  message_retention_seconds  = 345600
  sqs_managed_sse_enabled    = true
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.NAME_dead.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "NAME_dead" {
  name                      = "${var.environment}-NAME-dlq"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "NAME" {
  queue_url = aws_sqs_queue.NAME.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = aws_sqs_queue.NAME.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_iam_role" "NAME" {
  name = "${var.environment}-NAME"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "NAME" {
  role = aws_iam_role.NAME.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      Resource = aws_sqs_queue.NAME.arn
    }]
  })
}

resource "aws_cloudwatch_log_group" "NAME" {
  name              = "/aws/lambda/${var.environment}-NAME"
  retention_in_days = local.retention
}

resource "aws_lambda_function" "NAME" {
  function_name = "${var.environment}-NAME"
  role          = aws_iam_role.NAME.arn
  runtime       = "python3.13"
  handler       = "main.lambda_handler"
  timeout       = local.timeout
  memory_size   = 256
  s3_bucket     = "artifacts"
  s3_key        = "NAME.zip"
  depends_on    = [aws_cloudwatch_log_group.NAME]
}

resource "aws_lambda_event_source_mapping" "NAME" {
  event_source_arn        = aws_sqs_queue.NAME.arn
  function_name           = aws_lambda_function.NAME.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = 10
  }
  depends_on = [aws_iam_role_policy.NAME]
}

resource "aws_cloudwatch_metric_alarm" "NAME_age" {
  alarm_name          = "${var.environment}-NAME-age"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.NAME.name }
  comparison_operator = "GreaterThanThreshold"
  statistic           = "Maximum"
  threshold           = 600
  period              = 60
  evaluation_periods  = 5
}

resource "aws_cloudwatch_metric_alarm" "NAME_dead" {
  alarm_name          = "${var.environment}-NAME-dlq"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.NAME_dead.name }
  comparison_operator = "GreaterThanThreshold"
  statistic           = "Maximum"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
}
